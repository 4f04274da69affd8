package control

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

type Clock interface {
	Now() time.Time
	// Speed is the number of emulated seconds in a real one.
	Speed() float64
	SetSpeed(speed float64) error
	// Advance moves the time, timer by timer, and returns when all that it
	// caused has happened.
	Advance(ctx context.Context, d time.Duration) error
}

// Time is the answer of /_emulator/clock.
type Time struct {
	Now time.Time `json:"now"`
	// Speed is the number of emulated seconds in a real one; 0 when the clock
	// stands still.
	Speed float64 `json:"speed"`
	// Advance is the one that is under way; nil if there is none.
	Advance *Advance `json:"advance,omitempty"`
}

// Advance is an advance of the clock that is under way. It has come to Time.Now.
type Advance struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Took is for how many seconds of real time it has been under way.
	Took float64 `json:"took"`
}

// SetTime is the body of POST /_emulator/clock: one of the two, or both, in which
// case the speed changes first.
type SetTime struct {
	// Advance is how far the clock goes, as Go writes durations: "5m", "1h30m".
	// The answer comes when all that happens in that time has happened.
	Advance string   `json:"advance"`
	Speed   *float64 `json:"speed"`
}

type clockRoute struct {
	clock   Clock
	advance func() *Advance // nil: none is ever under way
	log     *slog.Logger
}

func (o clockRoute) routes() []Route {
	return []Route{{"clock", reading, o.tell}, {"clock", []string{http.MethodPost}, o.set}}
}

// tell serves GET /_emulator/clock.
func (o clockRoute) tell(w http.ResponseWriter, _ *http.Request) {
	t := Time{Now: o.clock.Now(), Speed: o.clock.Speed()}
	if o.advance != nil {
		t.Advance = o.advance()
	}
	answer(w, http.StatusOK, t, o.log)
}

// set serves POST /_emulator/clock.
func (o clockRoute) set(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10))
	decoder.DisallowUnknownFields()
	var wanted SetTime
	if err := decoder.Decode(&wanted); err != nil {
		Refuse(w, http.StatusBadRequest, `the body is not {"advance": "5m"} or {"speed": 10}: `+err.Error())
		return
	}
	if wanted.Advance == "" && wanted.Speed == nil {
		Refuse(w, http.StatusBadRequest, `the body is not {"advance": "5m"} or {"speed": 10}`)
		return
	}
	var advance time.Duration
	if wanted.Advance != "" {
		var err error
		if advance, err = time.ParseDuration(wanted.Advance); err != nil || advance < 0 {
			Refuse(w, http.StatusBadRequest, `"advance" is not a duration like "90s", "5m" or "1h30m": the clock never goes back`)
			return
		}
	}
	if wanted.Speed != nil {
		if err := o.clock.SetSpeed(*wanted.Speed); err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	if advance > 0 {
		if err := o.clock.Advance(r.Context(), advance); err != nil {
			Refuse(w, http.StatusInternalServerError, "advance the clock: "+err.Error())
			return
		}
	}
	o.tell(w, r)
}
