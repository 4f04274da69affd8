package terminal

import "os"

// NotifyResize does nothing: Windows sends no signal, and the screen is drawn each second.
func NotifyResize(chan<- os.Signal) {}
