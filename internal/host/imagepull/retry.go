package imagepull

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// How often a pull is made that breaks off, and how long it rests in between: twice as long each time. All times are real.
// Source: amazon-ecs-agent, docker_client.go, which spreads the rests by a fifth.
const (
	brokenTries = 5
	firstRest   = 1100 * time.Millisecond
	longestRest = 5 * time.Second
)

// noSpace is what engines say of a full disk.
const noSpace = "no space left on device"

// pull pulls an image, again if the pull breaks off. On a full disk others have to make room first.
func (p *Puller) pull(ctx context.Context, spec backend.PullSpec) error {
	rest := firstRest
	for try := 1; ; try++ {
		err := p.Engine.Pull(ctx, spec)
		var broken *backend.BrokenPullError
		if !errors.As(err, &broken) || try == brokenTries || strings.Contains(err.Error(), noSpace) {
			return err
		}
		if cut := pause.For(ctx, rest); cut != nil { // the task is told to stop
			return cut
		}
		rest = min(2*rest, longestRest)
	}
}
