package sending

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

// Pauses before retries. AWS's grow and are drawn at random; these are the same each time, so that a test that
// advances the clock sees the same: a second, twice as long each time, and 8 minutes from the tenth on. So the 185
// retries that are the default come within the 24 hours that are the default as well.
// Source: EventBridge user guide, event retry policy and dead-letter queues, which gives no figures; they are a choice.
const (
	firstPause = time.Second
	lastPause  = 8 * time.Minute
)

// pause is that after so many calls that have failed.
func pause(attempts int) time.Duration {
	p := firstPause
	for n := 1; n < attempts && p < lastPause; n++ {
		p *= 2
	}
	return min(p, lastPause)
}

// timeout is a code of errors. Source: EventBridge user guide, dead-letter queues.
const timeout = "TIMEOUT"

// verdict is what becomes of a delivery after a call.
type verdict struct {
	retry *delivery.Delivery   // to be called again
	dead  *delivery.DeadLetter // given up; without either it is sent
}

// decide says what becomes of a delivery after a call, which ended at a time of the emulator's clock.
func decide(d *delivery.Delivery, o delivery.Outcome, now time.Time) verdict {
	switch o.Result {
	case delivery.Sent:
		return verdict{}
	case delivery.Final:
		return verdict{dead: giveUp(d, o, "")}
	}
	next := *d
	next.Attempts++
	next.NextAt = now.Add(pause(next.Attempts))
	next.LastError = o.Code + ": " + o.Message
	switch {
	case next.Attempts > d.MaxAttempts:
		return verdict{dead: giveUp(d, o, delivery.ExhaustedAttempts)}
	case next.NextAt.After(d.MadeAt.Add(d.MaxAge)):
		return verdict{dead: giveUp(d, o, delivery.ExhaustedAge)}
	}
	return verdict{retry: &next}
}

// expired is what becomes of a delivery that is too old when its call would be due, as after a time in which the
// emulator did not run; nil: it is not. Its client token may be forgotten, so that RunTask would start tasks again.
func expired(d *delivery.Delivery, now time.Time) *delivery.DeadLetter {
	if !now.After(d.MadeAt.Add(d.MaxAge)) {
		return nil
	}
	return giveUp(d, delivery.Outcome{Code: timeout, Message: "The event was too old."}, delivery.ExhaustedAge)
}

// giveUp is a delivery that is given up after so many retries.
func giveUp(d *delivery.Delivery, o delivery.Outcome, exhausted delivery.Exhausted) *delivery.DeadLetter {
	return &delivery.DeadLetter{
		ID: d.ID, Source: d.Source, Name: d.Name, TargetID: d.TargetID, TargetARN: d.TargetARN, MadeAt: d.MadeAt, Body: d.Body,
		Code: o.Code, Message: o.Message, Retries: d.Attempts, Exhausted: exhausted, QueueARN: d.DeadLetterARN,
	}
}
