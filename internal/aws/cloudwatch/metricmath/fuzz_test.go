package metricmath_test

import (
	"math"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metricmath"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Any expression is refused, or comes to points in order, in the window and with values.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{
		"m*2", "RUNNING_SUM(m)", "IF(m>=8,m,0)", "SUM([m,gaps])", "FILL(m,REPEAT)", "-m^2/(errors+1) OR 1", `SUM(METRICS("s"))`, "METRICS()/PERIOD(m)",
		"RATE(FILL([m,none],LINEAR))", "STDDEV(DIFF(METRICS())) && CEIL(1.5e3*AVG(m))", "other+1", "FILL(none,gaps)", "'\\'", "m_1==m",
	} {
		f.Add(text, "SUM([m, other])")
	}
	in := input()
	f.Fuzz(func(t *testing.T, first, second string) {
		if len(first) > 2048 || len(second) > 2048 {
			return
		}
		p, err := metricmath.Compile([]types.MetricDataQuery{
			metric("m"), metric("gaps"), metric("errors"), metric("none"), expression("e", first), expression("other", second),
		}, metricmath.ForData)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error says nothing")
			}
			return
		}
		results, err := p.Evaluate(in)
		if err != nil {
			return
		}
		for _, r := range results {
			last := in.From.Add(-time.Nanosecond)
			for _, point := range r.Points {
				if !point.At.After(last) || !point.At.Before(in.To) || math.IsNaN(point.Value) || math.IsInf(point.Value, 0) {
					t.Fatalf("%v after %v", point, last)
				}
				last = point.At
			}
		}
	})
}
