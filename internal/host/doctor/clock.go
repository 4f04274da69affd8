package doctor

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// clockTolerance is how far the engine's clock may be from this machine's. What the engine has taken to answer is not
// counted.
const clockTolerance = 2 * time.Second

// JudgeClock compares the engine's clock with this machine's: containers and their output have times of the first one,
// events and rows of the second.
func JudgeClock(e diagnosis.Engine) diagnosis.Check {
	if e.Trouble != "" {
		return NoEngine(clockCheck)
	}
	v := about(clockCheck)
	if e.Clock.IsZero() {
		v.degrade("", "the engine does not tell its time")
		return v.check()
	}
	off := e.Clock.Sub(e.Asked)
	if off.Abs() <= clockTolerance+e.Within {
		v.note("the engine's clock is this machine's, within %s", clockTolerance)
		return v.check()
	}
	side := "ahead of"
	if off < 0 {
		side = "behind"
	}
	v.degrade("set the clock of the engine's host; with Docker Desktop, restart it", "the engine's clock is %s %s this machine's: times of log lines and of starts and stops of containers are off by that", off.Abs().Round(time.Second), side)
	return v.check()
}
