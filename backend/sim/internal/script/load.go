package script

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Step is a value from a time on, which counts from when the container first started.
type Step struct {
	After time.Duration
	Value float64
}

// At is the value of steps in order at a time; before the first one it is otherwise.
func At(steps []Step, after time.Duration, otherwise float64) float64 {
	for _, s := range steps {
		if s.After > after {
			break
		}
		otherwise = s.Value
	}
	return otherwise
}

// Sum is what comes together between two times, in values times seconds.
func Sum(steps []Step, from, to time.Duration, otherwise float64) (sum float64) {
	for _, s := range steps {
		if s.After > from && s.After < to {
			sum += At(steps, from, otherwise) * (s.After - from).Seconds()
			from = s.After
		}
	}
	return sum + At(steps, from, otherwise)*(to-from).Seconds()
}

// parseSteps reads "0.05,0.2@5m": a value from the start on, and others from later on.
func parseSteps(text string) (steps []Step, err error) {
	for each := range strings.SplitSeq(text, ",") {
		value, after, later := strings.Cut(strings.TrimSpace(each), "@")
		var s Step
		if s.Value, err = strconv.ParseFloat(value, 64); err != nil || s.Value < 0 || math.IsInf(s.Value, 0) || math.IsNaN(s.Value) {
			return nil, fmt.Errorf("%q is not a number of at least 0", value)
		}
		if later {
			if s.After, err = parseDuration(after); err != nil {
				return nil, err
			}
		}
		steps = append(steps, s)
	}
	sorting.By(steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	return steps, nil
}
