package ledger

import "time"

const day = 24 * time.Hour

// firstHour is the time from which on sums are by the hour. Days are of UTC.
func firstHour(now time.Time) time.Time { return now.Add(-KeepHours).Truncate(day) }

// PeriodAt is the period in which a time is, as sums are kept now.
func PeriodAt(at, now time.Time) Period {
	if at.Before(firstHour(now)) {
		return Period{at.Truncate(day), true}
	}
	return Period{at.Truncate(time.Hour), false}
}

// end is the end of the period.
func (p Period) end() time.Time { return p.Start.Add(p.Length()) }

// steps shares out n steps of a length, the first of which begins at a time, to the periods in which each begins. amounts are
// of one period, by the number of steps before it and at its end.
func (o Of) steps(from time.Time, n int64, length time.Duration, now time.Time, add Adder, amounts func(before, after int64) Amounts) {
	if from.IsZero() {
		return
	}
	for done := int64(0); done < n; {
		first := from.Add(time.Duration(done) * length)
		p := PeriodAt(first, now)
		after := min(n, ceil(p.end().Sub(from), length))
		add(Sum{o, p, amounts(done, after), first}.Kept(now))
		done = after
	}
}

// ceil is how many steps of a length begin in d.
func ceil(d, length time.Duration) int64 {
	return max(0, int64((d+length-1)/length))
}

// kept is a time as the state file keeps it, to the millisecond: what is billed must not depend on a restart.
func kept(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// seconds are the seconds from one time to another, rounded up.
func seconds(from, to time.Time) int64 { return ceil(kept(to).Sub(kept(from)), time.Second) }
