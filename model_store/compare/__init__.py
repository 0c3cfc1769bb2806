"""Two versions beside each other on marked answers: `lectern models compare A B --data F`."""
