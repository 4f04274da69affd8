package main

import (
	"fmt"
	"strconv"
	"time"
)

// burn uses that part of a CPU until SIGTERM, or for a while and then none, by turns of a hundredth of a second.
func burn(args []string) error {
	stop := terminated()
	part, err := strconv.ParseFloat(args[0], 64)
	if err != nil || part <= 0 || part > 1 {
		return fmt.Errorf("%q is not a part of a CPU", args[0])
	}
	var over <-chan time.Time
	if len(args) > 1 {
		d, err := duration(args[1])
		if err != nil {
			return err
		}
		over = time.After(d)
	}
	const turn = 10 * time.Millisecond
	for next := time.Now(); ; next = next.Add(turn) {
		for time.Since(next) < time.Duration(part*float64(turn)) {
		}
		select {
		case <-stop:
			return nil
		case <-over:
			<-stop
			return nil
		case <-time.After(time.Until(next.Add(turn))):
		}
	}
}
