package main

import "os"

// notifyResize does nothing: Windows sends no signal, and the screen is drawn each second.
func notifyResize(chan<- os.Signal) {}
