// Package scheduleexpression has the expressions that say when a schedule is due: rate, cron, and at.
//
//	e, err := scheduleexpression.Parse("cron(30 1 ? * MON-FRI *)", scheduleexpression.Scheduler)
//	zone, err := scheduleexpression.LoadZone("Europe/Berlin")
//	due, ok := e.In(zone).Next(clk.Now(), created)
//
// It is pure: it reads no clock, and knows no rules, schedules or rows.
package scheduleexpression

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Dialect is who reads an expression.
type Dialect int

const (
	// Rules are the rules of EventBridge, which know rate and cron, in UTC.
	Rules Dialect = iota
	// Scheduler is EventBridge Scheduler, which knows at as well, reads times of day in a zone, and minds less what
	// rules refuse: the case of the form's name, a cron without year, the unit of a rate and the blank before it.
	Scheduler
)

// Expression says when a schedule is due. The zero value is never due.
type Expression struct {
	due interface {
		next(after, anchor time.Time, zone *time.Location) (time.Time, bool)
	}
	zone *time.Location
}

// Parse reads an expression. Source of what is taken and what is refused: recorded answers of AWS and
// field reports, which testdata/recorded.json has.
func Parse(text string, dialect Dialect) (Expression, error) {
	form, rest, _ := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if dialect == Scheduler {
		form = strings.ToLower(form)
	}
	e, err := Expression{}, errors.New("no expression")
	switch {
	case !closed:
	case form == "rate":
		e.due, err = parseRate(inner, dialect)
	case form == "cron":
		e.due, err = parseCron(inner, dialect)
	case form == "at" && dialect == Scheduler:
		e.due, err = parseAt(inner)
	}
	if err != nil {
		return Expression{}, fmt.Errorf("schedule expression %q: %w", text, err)
	}
	return e, nil
}

// In is the same expression, with times of day that are read in a zone. Without it they are in UTC.
func (e Expression) In(zone *time.Location) Expression {
	e.zone = zone
	return e
}

// Next is the first time after another at which the schedule is due, in UTC; ok is false if there is none. Anchor is
// what a rate counts from: it is due at the anchor and each period later. Of the times of day that clocks skip when
// they are put forward none is due, and those that they show twice are due once, the first time. Source: EventBridge
// Scheduler user guide, Schedule types, daylight savings time; which of the two times AWS takes, it does not say.
func (e Expression) Next(after, anchor time.Time) (due time.Time, ok bool) {
	if e.due == nil {
		return time.Time{}, false
	}
	zone := e.zone
	if zone == nil {
		zone = time.UTC
	}
	if due, ok = e.due.next(after, anchor, zone); !ok {
		return time.Time{}, false
	}
	return due.UTC(), true
}

// OneTime tells whether a schedule is due once, at a given time.
func (e Expression) OneTime() bool {
	_, ok := e.due.(at)
	return ok
}

// wall is a time of day as clocks show it, in some zone.
type wall struct{ year, month, day, hour, minute, second int }

func wallOf(t time.Time) wall {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return wall{year, int(month), day, hour, minute, second}
}

// in is when clocks in a zone first show w; ok is false if they skip it.
func (w wall) in(zone *time.Location) (t time.Time, ok bool) {
	t = time.Date(w.year, time.Month(w.month), w.day, w.hour, w.minute, w.second, 0, zone)
	if wallOf(t) != w {
		return t, false
	}
	start, _ := t.ZoneBounds()
	if start.IsZero() {
		return t, true
	}
	// Of the two times that clocks show when they are put back, time.Date gives either.
	_, now := t.Zone()
	_, before := start.Add(-time.Second).Zone()
	if earlier := t.Add(time.Duration(now-before) * time.Second); earlier.Before(start) && wallOf(earlier) == w {
		return earlier, true
	}
	return t, true
}
