package metricmath

import "time"

// diff is by how much each point is more than the one before. The first has none before.
// Source: CloudWatch user guide, metric math functions; so too of rate and runningSum.
func diff(points []Point) (out []Point) {
	for i := 1; i < len(points); i++ {
		out = with(out, points[i].At, points[i].Value-points[i-1].Value)
	}
	return out
}

// rate is diff by the seconds between both points.
func rate(points []Point) (out []Point) {
	for i := 1; i < len(points); i++ {
		seconds := points[i].At.Sub(points[i-1].At).Seconds()
		out = with(out, points[i].At, (points[i].Value-points[i-1].Value)/seconds)
	}
	return out
}

func runningSum(points []Point) (out []Point) {
	total := 0.0
	for _, p := range points {
		total += p.Value
		out = with(out, p.At, total)
	}
	return out
}

// filling is FILL(time series, how): with a number, with another time series, with the value before (REPEAT), or on a
// line between both neighbours (LINEAR). Source: CloudWatch user guide, metric math functions. It fills the whole window
// (source: recorded answers); what has no neighbour to repeat or to draw a line from stays empty, by the emulator's choice.
var filling = &function{
	kind: func(of []kind) (k kind, ok bool) {
		if len(of) != 2 || of[0].base != oneSeries && of[0].base != manySeries {
			return k, false
		}
		how := of[1].base
		return of[0], how == scalar || how == oneSeries || how == anOption
	},
	do: func(e *evaluation, n *node, of []value) value {
		return e.each(of[0], func(s Series) []Point {
			times := e.times(s)
			if times == nil {
				return s.Points
			}
			switch {
			case n.of[1].name == "LINEAR" && of[1].base == anOption:
				return linear(s.Points, times)
			case of[1].base == anOption:
				return repeated(s.Points, times)
			case of[1].base == oneSeries:
				return filled(s.Points, times, reader(of[1].series[0].Points))
			}
			return filled(s.Points, times, func(time.Time) (float64, bool) { return of[1].number, true })
		})
	},
}

// times are the times of the window at which a time series could have points, none if they are too many.
func (e *evaluation) times(s Series) (times []time.Time) {
	if s.Period <= 0 || !e.in.From.Before(e.in.To) {
		return nil
	}
	at := e.in.From.Truncate(s.Period)
	if len(s.Points) > 0 {
		at = s.Points[0].At
		at = at.Add(-max(0, at.Sub(e.in.From)).Truncate(s.Period))
	}
	if !e.spend(int(e.in.To.Sub(at) / s.Period)) {
		return nil
	}
	for ; at.Before(e.in.To); at = at.Add(s.Period) {
		times = append(times, at)
	}
	return times
}

// filled takes what is missing from elsewhere.
func filled(points []Point, times []time.Time, other func(time.Time) (float64, bool)) (out []Point) {
	own := reader(points)
	for _, at := range times {
		v, ok := own(at)
		if !ok {
			v, ok = other(at)
		}
		if ok {
			out = with(out, at, v)
		}
	}
	return out
}

func repeated(points []Point, times []time.Time) []Point {
	return filled(points, times, func(at time.Time) (v float64, ok bool) {
		for len(points) > 1 && !points[1].At.After(at) {
			points = points[1:]
		}
		if len(points) == 0 || points[0].At.After(at) {
			return 0, false
		}
		return points[0].Value, true
	})
}

func linear(points []Point, times []time.Time) []Point {
	return filled(points, times, func(at time.Time) (v float64, ok bool) {
		for len(points) > 1 && !points[1].At.After(at) {
			points = points[1:]
		}
		if len(points) < 2 || points[0].At.After(at) {
			return 0, false
		}
		share := float64(at.Sub(points[0].At)) / float64(points[1].At.Sub(points[0].At))
		return points[0].Value + share*(points[1].Value-points[0].Value), true
	})
}
