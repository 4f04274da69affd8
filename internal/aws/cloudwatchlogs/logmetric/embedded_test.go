package logmetric

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// document is an event in the embedded metric format, with a directive and members.
func document(directive, members string) string {
	return fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[%s]},%s}`, now.UnixMilli(), directive, members)
}

func TestEmbeddedMetrics(t *testing.T) {
	for _, c := range []struct {
		name, message string
		want          []string
	}{
		{"one", document(`{"Namespace":"Shop","Dimensions":[["Service"]],"Metrics":[{"Name":"Time","Unit":"Milliseconds"}]}`, `"Service":"cart","Time":12.5`),
			[]string{"Time Service=cart 01:15 12.5/1 Milliseconds"}},
		{"sets of dimensions", document(`{"Namespace":"Shop","Dimensions":[["Service"],["Service","Zone"],[]],"Metrics":[{"Name":"N"}]}`, `"Service":"cart","Zone":"a","N":2`),
			[]string{"N 01:15 2/1 None", "N Service=cart 01:15 2/1 None", "N Service=cart Zone=a 01:15 2/1 None"}},
		{"a list", document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"N","Unit":"Count","StorageResolution":1}]}`, `"N":[1,2,3]`),
			[]string{"N 01:15 6/3 Count"}},
		{"two directives", document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"A"}]},{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"B"}]}`, `"A":1,"B":2`),
			[]string{"A 01:15 1/1 None", "B 01:15 2/1 None"}},
		{"what is missing is left out", document(`{"Namespace":"Shop","Dimensions":[["No"],[]],"Metrics":[{"Name":"A"},{"Name":"No"},{"Name":"Text"},{"Name":"Null"},{"Name":"U","Unit":"Widgets"}]}`, `"A":1,"Text":"x","Null":null,"U":1`),
			[]string{"A 01:15 1/1 None"}},
		{"no time", strings.Replace(document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"A"}]}`, `"A":1`), "Timestamp", "Time", 1), nil},
		{"AWS's namespace", document(`{"Namespace":"AWS/ECS","Dimensions":[[]],"Metrics":[{"Name":"A"}]}`, `"A":1`), nil},
		{"a dimension that is no text", document(`{"Namespace":"Shop","Dimensions":[["D"]],"Metrics":[{"Name":"A"}]}`, `"A":1,"D":7`), nil},
		{"a dimension that comes twice", document(`{"Namespace":"Shop","Dimensions":[["D","D"]],"Metrics":[{"Name":"A"}]}`, `"A":1,"D":"d"`), nil},
		{"too many values", document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"A"}]}`, `"A":[`+strings.Repeat("1,", 100)+`1]`), nil},
		{"no value", document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"A"},{"Name":"B"}]}`, `"A":[],"B":1e300`), nil},
		{"no JSON", `"_aws" is mentioned`, nil},
		{"too old", strings.Replace(document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"A"}]}`, `"A":1`), fmt.Sprint(now.UnixMilli()), fmt.Sprint(now.Add(-15*24*time.Hour).UnixMilli()), 1), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "")
			w.arrive(now, "before", c.message)
			w.wants("Shop", c.want...)
			w.wants("", c.want...)
		})
	}
}

// A metric at a resolution of a second keeps its second.
func TestEmbeddedResolution(t *testing.T) {
	data := embedded(scope, document(`{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"A","StorageResolution":1},{"Name":"B","StorageResolution":60}]}`, `"A":1,"B":1`))
	if len(data) != 2 || !data[0].HighResolution || data[1].HighResolution || !data[0].At.Equal(now) {
		t.Errorf("got %+v", data)
	}
}

// FuzzEmbedded: no message makes it panic, and what it makes is what a metric takes.
func FuzzEmbedded(f *testing.F) {
	for _, seed := range []string{
		document(`{"Namespace":"Shop","Dimensions":[["Service"],["Service","Zone"],[]],"Metrics":[{"Name":"N","Unit":"Count","StorageResolution":1}]}`, `"Service":"cart","Zone":"a","N":[1,2]`),
		`{"_aws":null}`, `{"_aws":{"Timestamp":1e30,"CloudWatchMetrics":{}}}`, `{"_aws":{"Timestamp":-9223372036854775808,"CloudWatchMetrics":[null,{"Metrics":[null]}]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		for _, d := range embedded(scope, message) {
			if d.Namespace == "" || d.Name == "" || len(d.Dimensions) > mostDimensions || len(d.Values) == 0 || len(d.Values) > mostValues || slices.ContainsFunc(d.Values, func(v float64) bool { return !isValue(v) }) {
				t.Errorf("%q makes %+v", message, d)
			}
			_ = d.Key()
		}
	})
}
