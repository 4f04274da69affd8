package browser

// Find is what looks for the program.
var Find = find
