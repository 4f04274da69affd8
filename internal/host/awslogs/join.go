package awslogs

import (
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

type reading int

const (
	follow reading = iota // all that there is, and what comes
	look                  // all that there is
	join                  // what comes, and before its first line all that there is
)

// joinBytes is how much a container may write while a reader that joins it looks at what there is:
// less than a file of the engine's log has, so that no second one fills up before the reader goes on.
const joinBytes = 40 << 20

// errNotJoined is that the container writes nothing any more, or that the engine shows no line twice:
// then it is followed from where the reader is.
var errNotJoined = errors.New("the reader of a log has not joined")

func (r *reader) read(ctx context.Context, how reading) error {
	if how == join {
		return r.join(ctx)
	}
	return r.pass(ctx, how == follow, func(time.Time) {})
}

// afterLook decides how to go on after a look of some length: the container has written since then
// what the reader has yet to see.
func (r *reader) afterLook(ctx context.Context, took time.Duration) reading {
	switch {
	case r.fresh < fewLines || r.all.Engine.Simulated(): // the simulation never leaves out a line
		r.caughtUp(ctx)
		return follow
	case !r.mayJoin(took):
		return look
	}
	return join
}

// mayJoin says whether the container writes little enough while a look lasts that takes as long as
// the last one.
func (r *reader) mayJoin(took time.Duration) bool {
	span := max(r.position.Last.Sub(r.oldest), time.Millisecond)
	return float64(r.freshBytes)*float64(took)/float64(span) <= joinBytes
}

// join follows a container that writes much. Who follows from a line that is long past has Docker
// 20.10 read all files first, which may take seconds, and a file that fills up meanwhile is left
// out. So the reader follows from now on, looks at what there is when the first line comes, and
// leaves out as many lines of those that come as the look has brought since that one.
func (r *reader) join(ctx context.Context) error {
	joining, end := context.WithCancel(ctx)
	defer end()
	quiet := time.AfterFunc(maxLag, end)
	begun, known := false, 0
	var caughtUp time.Time // the line that was written when the look was over
	err := r.all.Engine.Logs(joining, r.source, backend.LogOptions{
		Follow: true, Tail: -1,
		Write: func(at time.Time, _ bool, line string) (err error) {
			if !begun {
				begun = true
				if !quiet.Stop() {
					return errNotJoined
				}
				if known, caughtUp, err = r.lookBehind(ctx, at); err != nil {
					return err
				}
			}
			if known > 0 {
				known--
				return nil
			}
			if !caughtUp.IsZero() && !at.Before(caughtUp) {
				caughtUp = time.Time{}
				r.caughtUp(ctx)
			}
			return r.receive(ctx, at, line, true)
		},
	})
	if joining.Err() != nil && ctx.Err() == nil {
		return errNotJoined
	}
	return err
}

// lookBehind looks at what there is. It counts the lines from the first one on that came to who
// follows, and tells the time of the line with which that one has caught up.
func (r *reader) lookBehind(ctx context.Context, first time.Time) (known int, caughtUp time.Time, err error) {
	began := time.Now()
	err = r.pass(ctx, false, func(at time.Time) {
		if known > 0 || at.Equal(first) {
			known++
		}
	})
	r.leastLag = 1 << 62 // from here on that of who follows
	took := time.Since(began)
	switch {
	case err != nil:
	case !r.mayJoin(took):
		err = errLag
	case known == 0:
		err = errNotJoined
	}
	return known, first.Add(took), err
}
