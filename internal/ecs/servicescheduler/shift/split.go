package shift

import (
	"maps"
	"time"
)

// Split is how proxies of Service Connect share the requests to a service among its deployments.
type Split struct {
	// Production are the shares of deployments, by their ids, in tenths of a percent; one that lacks has none.
	Production map[string]int
	// Test is the deployment that requests with the test header reach; empty is none.
	Test string
}

func (s Split) equal(other Split) bool {
	return s.Test == other.Test && maps.Equal(s.Production, other.Production)
}

// Endpoint is a service in Cloud Map by which a service of ECS is found.
type Endpoint struct {
	ARN string
	// Split is nil where all tasks have alike.
	Split *Split
	// Applied: proxies go by it; those that have not told until then are not waited for.
	Applied bool
	Until   time.Time
}

// splitOf is how a deployment's traffic goes: all that green does not have is blue's. Without a blue no deployment has it.
func splitOf(target, source string, t Traffic) Split {
	made := Split{Production: map[string]int{}}
	green := 0
	if t.Production > 0 {
		green = int(tenths(t.Production))
		made.Production[target] = green
	}
	if source != "" && green < 1000 {
		made.Production[source] = 1000 - green
	}
	if t.Test > 0 {
		made.Test = target
	}
	return made
}

// split is how proxies are to share requests at the stage; at some stages it stays as it is.
func (a *advance) split() (wanted Split, leads bool) {
	s, t := &a.Shift, TrafficOf(&a.Shift, a.Course)
	switch {
	case len(a.Endpoints) == 0:
		return Split{}, false
	case s.Stage == reconcile && !s.Back, s.Back && s.From == reconcile:
		return splitOf(a.Target.Deployment, s.Source, Traffic{}), s.Source != ""
	case s.Back:
		return splitOf(a.Target.Deployment, s.Source, t), s.Stage != scaleUp
	case s.Stage == cleanUp:
		return splitOf(a.Target.Deployment, s.Source, Traffic{Production: 100}), true
	default: // before green's tasks start, blue has all
		return splitOf(a.Target.Deployment, s.Source, t), s.Stage == preScaleUp || s.Stage == testShift || s.Stage == production
	}
}

// splits has proxies share requests as the stage wants it, and reports whether they do.
func (a *advance) splits(wanted Split) bool {
	done := true
	for _, e := range a.Endpoints {
		switch {
		case e.Split == nil || !e.Split.equal(wanted):
			a.result.Split, done = &wanted, false
		case !e.Applied && !a.past(e.Until):
			a.result.Awaits = append(a.result.Awaits, e.ARN)
			done = false
		}
	}
	return done
}

// SplitServesAll reports whether a deployment has all production traffic, as proxies share it; known is whether they
// share any.
func SplitServesAll(endpoints []Endpoint, deployment string) (all, known bool) {
	for _, e := range endpoints {
		if e.Split != nil && len(e.Split.Production) > 0 {
			return e.Split.Production[deployment] == 1000, true
		}
	}
	return false, false
}
