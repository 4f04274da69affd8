package logmetric

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

var (
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	now   = time.Date(2026, 9, 14, 1, 15, 51, 0, time.UTC)
)

const group = "/ecs/app"

// world is a log group whose events become metrics.
type world struct {
	*testing.T
	metrics *metric.Store
	logs    *logs.Store
}

func newWorld(t *testing.T, class types.LogGroupClass) *world {
	w := &world{T: t, metrics: metric.NewStore()}
	clock := func() time.Time { return now }
	var err error
	w.logs, err = logs.Open(logs.Options{Now: clock, Arrived: (&Publisher{Metrics: w.metrics, Now: clock}).Arrived})
	w.must(err)
	w.must(w.logs.CreateGroup(logs.Group{Scope: scope, Name: group, Class: class}))
	w.must(w.logs.OpenStream(w.stream(), false))
	return w
}

func (w *world) stream() logs.StreamName {
	return logs.StreamName{Scope: scope, Group: group, Name: "s"}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// filter puts a metric filter whose metric has its name, with the value 1 unless change says otherwise.
func (w *world) filter(name, pattern string, change func(f *logs.MetricFilter)) {
	w.Helper()
	f := logs.MetricFilter{Scope: scope, Group: group, Name: name, Pattern: pattern, Transformation: types.MetricTransformation{
		MetricNamespace: aws.String("Shop"), MetricName: &name, MetricValue: aws.String("1"),
	}}
	if change != nil {
		change(&f)
	}
	w.must(w.logs.PutMetricFilter(f))
}

// arrive puts events at a time.
func (w *world) arrive(at time.Time, messages ...string) {
	w.Helper()
	var lines []logs.Line
	for _, m := range messages {
		lines = append(lines, logs.Line{At: at, Message: m})
	}
	w.must(w.logs.Put(w.Context(), w.stream(), "", lines, logs.Position{}))
}

// found are the metrics with their sums, counts and units by minute.
func (w *world) found(namespace string) (all []string) {
	for _, id := range w.metrics.List(scope, namespace, time.Time{}) {
		name := id.Name
		for _, d := range id.Dimensions {
			name += " " + d.Name + "=" + d.Value
		}
		for _, unit := range w.metrics.Units(id, now.Add(-24*time.Hour), now.Add(24*time.Hour)) {
			for _, p := range w.metrics.Points(metric.Query{ID: id, Unit: unit, From: now.Truncate(time.Hour).Add(-24 * time.Hour), To: now.Add(24 * time.Hour), Period: time.Minute}) {
				all = append(all, fmt.Sprintf("%s %s %v/%v %s", name, p.At.Format("15:04"), p.Sum, p.Count, unit))
			}
		}
	}
	slices.Sort(all)
	return all
}

func (w *world) wants(namespace string, want ...string) {
	w.Helper()
	if got := w.found(namespace); !slices.Equal(got, want) {
		w.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The events and figures come from a recording (LOGS0009).
func TestRecordedMetricFilters(t *testing.T) {
	w := newWorld(t, "")
	value := func(of string) func(f *logs.MetricFilter) {
		return func(f *logs.MetricFilter) { f.Transformation.MetricValue = &of }
	}
	w.filter("JsonNumber", `{ $.kind = "number" && $.value = * }`, value("$.value"))
	w.filter("JsonString", `{ $.kind = "string" && $.value = * }`, value("$.value"))
	w.filter("JsonBad", `{ $.kind = "bad" && $.value = * }`, value("$.value"))
	w.filter("JsonMissing", `{ $.kind = "missing" }`, value("$.value"))
	w.filter("Space", `[kind = "SPACE", value, bucket]`, value("$value"))
	w.filter("SpaceMissing", `[kind = "SPACE", value]`, value("$missing"))
	w.filter("JsonDimension", `{ $.kind = "dimension" && $.bucket = * && $.value = * }`, func(f *logs.MetricFilter) {
		f.Transformation.MetricValue, f.Transformation.Dimensions = aws.String("$.value"), map[string]string{"Bucket": "$.bucket"}
	})
	w.filter("SpaceDimension", `[kind = "SPACE", value, bucket]`, func(f *logs.MetricFilter) {
		f.Transformation.MetricValue, f.Transformation.Dimensions = aws.String("$value"), map[string]string{"Bucket": "$bucket"}
	})
	w.filter("Default", "DEFAULT_MATCH", func(f *logs.MetricFilter) {
		f.Transformation.MetricValue, f.Transformation.DefaultValue = aws.String("5"), aws.Float64(3)
	})
	w.filter("NoDefault", "DEFAULT_MATCH", value("5"))
	w.filter("Unit", "UNIT_MATCH", func(f *logs.MetricFilter) {
		f.Transformation.MetricValue, f.Transformation.Unit = aws.String("19"), types.StandardUnitCount
	})
	w.filter("System", "SYSTEM_MATCH", func(f *logs.MetricFilter) { f.SystemFields = []string{"@aws.account", "@aws.region", "@aws.account"} })
	w.filter("SourceLog", "SYSTEM_MATCH", func(f *logs.MetricFilter) { f.SystemFields = []string{"@source.log"} })
	w.filter("SelectTrue", "SYSTEM_MATCH", func(f *logs.MetricFilter) {
		f.Selection = `@aws.account = "123456789012" AND @aws.region = "eu-west-1"`
	})
	w.filter("SelectFalse", "SYSTEM_MATCH", func(f *logs.MetricFilter) { f.Selection = `@aws.account = "999999999999"` })
	w.filter("Transformed", "SYSTEM_MATCH", func(f *logs.MetricFilter) { f.Transformed = true })
	w.arrive(now,
		`{"kind":"number","value":7}`, `{"kind":"string","value":"11.5"}`, `{"kind":"bad","value":"banana"}`, `{"kind":"missing"}`,
		"SPACE 13 A", "SPACE banana A", "SPACE", `SPACE "17.5" A`,
		`{"kind":"dimension","bucket":"A","value":29}`, `{"kind":"dimension","bucket":"B","value":"31"}`, `{"kind":"dimension","value":37}`,
		"DEFAULT_MATCH", "UNIT_MATCH", "SYSTEM_MATCH")
	w.arrive(now.Add(3*time.Minute), "NONMATCH_ONLY", "NONMATCH_ONLY")
	w.wants("Shop",
		"Default 01:15 44/14 None", "Default 01:18 6/2 None",
		"JsonDimension Bucket=A 01:15 29/1 None", "JsonDimension Bucket=B 01:15 31/1 None",
		"JsonNumber 01:15 7/1 None", "JsonString 01:15 11.5/1 None", "NoDefault 01:15 5/1 None", "SelectTrue 01:15 1/1 None",
		"SourceLog @source.log=/ecs/app 01:15 1/1 None", "Space 01:15 30.5/2 None", "SpaceDimension Bucket=A 01:15 30.5/2 None",
		"System @aws.account=123456789012 @aws.region=eu-west-1 01:15 1/1 None", "Unit 01:15 19/1 Count")
}

// What a filter was counts for events that come after it; a group of infrequent access has no metrics.
func TestMetricFiltersComeAndGo(t *testing.T) {
	w := newWorld(t, "")
	w.arrive(now, "ERROR")
	w.filter("Errors", "ERROR", nil)
	w.arrive(now, "ERROR", "fine")
	w.must(w.logs.DeleteMetricFilter(scope, group, "Errors"))
	w.arrive(now, "ERROR")
	w.wants("Shop", "Errors 01:15 1/1 None")

	w = newWorld(t, types.LogGroupClassInfrequentAccess)
	w.filter("Errors", "ERROR", nil)
	w.arrive(now, "ERROR")
	w.wants("Shop")
}

// Filters are there after a restart, and after the segments that made them are gone.
func TestMetricFiltersSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	open := func() *logs.Store {
		s, err := logs.Open(logs.Options{Dir: dir, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	w := &world{T: t, logs: open()}
	w.must(w.logs.CreateGroup(logs.Group{Scope: scope, Name: group}))
	w.filter("a", "A", func(f *logs.MetricFilter) {
		f.Transformation.Dimensions, f.Selection = map[string]string{"D": "$.d"}, `@aws.region = "eu-west-1"`
	})
	w.filter("b", "B", nil)
	w.must(w.logs.DeleteMetricFilter(scope, group, "b"))
	for range 2 {
		w.must(w.logs.Close())
		w.logs = open()
	}
	found, err := w.logs.MetricFilters(scope, group)
	w.must(err)
	if len(found) != 1 || found[0].Name != "a" || !maps.Equal(found[0].Transformation.Dimensions, map[string]string{"D": "$.d"}) || !found[0].Parsed.Match("A") ||
		!found[0].Selects(map[string]string{"@aws.region": "eu-west-1"}) {
		t.Errorf("found %+v", found)
	}
	w.must(w.logs.DeleteGroup(scope, group))
	w.must(w.logs.CreateGroup(logs.Group{Scope: scope, Name: group}))
	if found, err := w.logs.MetricFilters(scope, group); err != nil || found != nil {
		t.Errorf("found %+v, %v", found, err)
	}
	w.must(w.logs.Close())
}
