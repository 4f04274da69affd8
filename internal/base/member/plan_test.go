package member

import (
	"slices"
	"strings"
	"testing"
)

type request struct {
	Name    *string
	Count   int32
	Volumes []volume
	Network *network
	Alarms  *alarms
	Tags    map[string]string

	_ struct{} // the SDK's types have fields that no client can set
}

type volume struct {
	Path    *string
	Options []string
	Shared  *bool
}

type network struct{ Mode string }

type alarms struct {
	Enable bool
	Names  []string
}

var requestTables = []Table{
	Of[request]("request", Act("name"), Refuse("count", ""), ActOnly("network.mode", "own", ""),
		Refuse("alarms", ""), Keep("tags", "")),
	Of[volume]("volume", Act("path"), Refuse("options", ""), Refuse("shared", "")),
}

func TestThePlanNamesTheRefusedMembers(t *testing.T) {
	plan := NewPlan[request](requestTables...)
	if gaps := plan.Gaps(); len(gaps) > 0 {
		t.Fatal(gaps)
	}
	yes, no, text := true, false, "x"
	for _, c := range []struct {
		in   *request
		want string // parted by commas
	}{
		{nil, ""},
		{&request{}, ""},
		{&request{Name: &text, Tags: map[string]string{"a": "b"}, Network: &network{}}, ""},
		{&request{Volumes: []volume{{Path: &text, Options: []string{}, Shared: &no}}, Network: &network{Mode: "own"}}, ""},
		{&request{Count: 1}, "count"},
		{&request{Volumes: []volume{{}, {Options: []string{"a"}}}}, "volumes[1].options"},
		{&request{Volumes: []volume{{Shared: &yes}, {Options: []string{"a"}, Shared: &yes}}, Network: &network{Mode: "host"}},
			"volumes[0].shared,volumes[1].options,volumes[1].shared,network.mode host"},
		{&request{Network: &network{Mode: "host"}}, "network.mode host"},
		{&request{Alarms: &alarms{}}, "alarms"},
	} {
		if got := strings.Join(plan.Refused(c.in), ","); got != c.want {
			t.Errorf("%+v: refused %q; want %q", c.in, got, c.want)
		}
	}
}

func TestThePlanSeesWhatTheTablesForget(t *testing.T) {
	for _, c := range []struct {
		name   string
		tables []Table
		want   []string
	}{
		{"no table", nil, []string{"no table of request"}},
		{"members", []Table{Of[request]("", Act("name", "count"), Refuse("volumes", ""), Act("network.mode"), Act("alarms.enable"))},
			[]string{"alarms.names of request has no row", "tags of request has no row"}},
		{"rows", append(requestTables[1:], Of[request]("", requestTables[0].Rows, Act("colour", "network.mode.x"))),
			[]string{"request has no member colour, or it is refused as a whole", "request has no member network.mode.x, or it is refused as a whole"}},
		{"part of what is refused", []Table{Of[request]("", Act("name", "tags"), Refuse("count", ""), Refuse("volumes", ""), Act("volumes[].path"), Refuse("network", ""), Refuse("alarms", ""))},
			[]string{"request has no member volumes[].path, or it is refused as a whole"}},
		{"structures", append(requestTables[1:], Of[request]("", Act("name", "tags"), Refuse("count", ""), Keep("network", ""), Act("alarms.enable", "alarms.names"))),
			[]string{"network of request kept as a whole: its members need rows"}},
	} {
		if got := NewPlan[request](c.tables...).Gaps(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q\nwant %q", c.name, got, c.want)
		}
	}
}

func BenchmarkRefused(b *testing.B) {
	plan := NewPlan[request](requestTables...)
	in := &request{Volumes: make([]volume, 3), Network: &network{Mode: "own"}}
	b.ReportAllocs()
	for b.Loop() {
		plan.Refused(in)
	}
}
