package wire_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

type base struct {
	Version int64
	Ratio   string // hidden by row's
}

// row is what a state row may look like.
type row struct {
	base
	Embedded
	ID       string
	Desired  types.DesiredStatus
	Counts   map[string]int
	Seen     time.Time
	Wait     time.Duration
	Hash     []byte
	Task     *types.Task
	Fragment wire.Raw
	Optional *wire.Raw
	Any      any
	Skipped  string `wire:"-"`
	Renamed  bool   `wire:"other,omitzero"`
	Small    uint8  `wire:",omitzero"`
	Ratio    float32
	Nested   struct{ A, B string }
	hidden   int
}

type Embedded struct{ Region, Account string }

type status struct{ code string }

func (s status) AppendJSON(buf []byte) []byte {
	if s.code == "" {
		return buf
	}
	return wire.AppendString(buf, "status "+s.code)
}

func TestEncode(t *testing.T) {
	at := time.UnixMilli(1526920787490)
	for _, test := range []struct {
		name string
		in   any
		want string
	}{
		{"nil", nil, `{}`},
		{"nil pointer", (*ecs.RunTaskOutput)(nil), `{}`},
		{"nothing set", &ecs.RunTaskOutput{}, `{}`},
		{"empty lists stay", &ecs.RunTaskOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}, `{"failures":[],"tasks":[]}`},
		{"zero scalars stay", &types.Cluster{}, `{"activeServicesCount":0,"pendingTasksCount":0,"registeredContainerInstancesCount":0,"runningTasksCount":0}`},
		{"empty string that is set", &types.Failure{Arn: aws.String(""), Reason: aws.String("MISSING")}, `{"arn":"","reason":"MISSING"}`},
		{"by value", types.Failure{Reason: aws.String("MISSING")}, `{"reason":"MISSING"}`},
		{"maps are sorted", &types.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{"b": "2", "a": "1", "c": ""}},
			`{"logDriver":"awslogs","options":{"a":"1","b":"2","c":""}}`},
		{"empty map", &types.LogConfiguration{Options: map[string]string{}}, `{"options":{}}`},
		{"milliseconds without trailing zeros", &types.ManagedAgent{LastStartedAt: &at}, `{"lastStartedAt":1.52692078749E9}`},
		{"text", &types.Failure{Reason: aws.String("<a href=\"x\">&\\ \n\r\t\b\f\x00\x1f ☃\u2028 \xff\xf0\x9f")},
			`{"reason":"<a href=\"x\">&\\ \n\r\t\b\f\u0000\u001f ☃` + "\u2028" + ` ` + "\ufffd\ufffd\ufffd" + `"}`},
		{"document", &types.DeploymentLifecycleHook{HookDetails: []byte(`{"a":1}`)}, `{"hookDetails":{"a":1}}`},
		{"nil interface", &types.DeploymentLifecycleHook{}, `{}`},
		{"appender", status{"up"}, `"status up"`},
		{"empty appender", status{}, `{}`},
		{"nil appender", (*status)(nil), `{}`},
		{"appenders in the tree", &struct {
			One   status
			None  status
			Ptr   *status
			PtrNo *status
			List  []status
			Map   map[string]wire.Appender
			Iface wire.Appender
		}{One: status{"1"}, Ptr: &status{"2"}, PtrNo: &status{}, List: []status{{"3"}, {}}, Map: map[string]wire.Appender{"k": status{"4"}}, Iface: &status{"5"}},
			`{"iface":"status 5","list":["status 3",null],"map":{"k":"status 4"},"one":"status 1","ptr":"status 2"}`},
		{"row", &row{hidden: 1, Skipped: "x"}, `{"nested":{},"ratio":0,"version":0,"wait":0}`},
		{"full row", &row{
			base: base{Version: 7, Ratio: "hidden"}, Embedded: Embedded{"eu-west-1", "0"}, ID: "t", Desired: types.DesiredStatusRunning,
			Counts: map[string]int{"b": 2, "a": 1}, Seen: at, Wait: time.Second, Hash: []byte{1, 2}, Task: &types.Task{},
			Fragment: wire.Raw(`[1]`), Any: []any{int64(1), "x", nil, map[string]any{"k": true}}, Renamed: true, Small: 3, Ratio: 0.1,
		}, `{"account":"0","any":[1,"x",null,{"k":true}],"counts":{"a":1,"b":2},"desired":"RUNNING","fragment":[1],"hash":"AQI=",` +
			`"iD":"t","nested":{},"other":true,"ratio":0.1,"region":"eu-west-1","seen":1.52692078749E9,"small":3,` +
			`"task":{"enableExecuteCommand":false,"version":0},"version":7,"wait":1000000000}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(wire.Marshal(test.in)); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
			if got := string(wire.Append([]byte("before "), test.in)); got != "before "+test.want {
				t.Errorf("Append: %s", got)
			}
		})
	}
}

// TestEveryByteInAString puts each byte at each place of a word and more, because
// strings are looked at a word at a time.
func TestEveryByteInAString(t *testing.T) {
	for at := range 18 {
		for b := range 256 {
			s := strings.Repeat("a", at) + string([]byte{byte(b)}) + strings.Repeat("z", 17-at)
			want := strings.ToValidUTF8(s, "\ufffd")

			text := wire.Marshal(&types.Failure{Reason: &s})
			var back struct{ Reason string }
			if err := json.Unmarshal(text, &back); err != nil || back.Reason != want {
				t.Errorf("%q is written as %s (%v)", s, text, err)
			}

			raw := []byte(`{"reason":"` + s + `"}`)
			read := new(types.Failure)
			if err := wire.Unmarshal(raw, read); (err == nil) != json.Valid(raw) {
				t.Errorf("%s: %v", raw, err)
			} else if err == nil && *read.Reason != want {
				t.Errorf("%s is read as %q", raw, *read.Reason)
			}
		}
	}
}

func TestNamesOfSomeStructuresDiffer(t *testing.T) {
	type inner struct{ KeyTypes []string }
	codec := wire.AsIs.Except(inner{})
	in := &struct{ Includes *inner }{&inner{[]string{"a"}}}
	const text = `{"Includes":{"keyTypes":["a"]}}`
	if got := string(codec.Marshal(in)); got != text {
		t.Error(got)
	}
	in.Includes = nil
	if err := codec.Unmarshal([]byte(text), in); err != nil || in.Includes == nil || len(in.Includes.KeyTypes) != 1 {
		t.Errorf("%+v, %v", in.Includes, err)
	}
}

// The SDK has String_ where a method is called String.
func TestNamesThatTheSDKHasChanged(t *testing.T) {
	var v struct{ String_ *string }
	if err := wire.Unmarshal([]byte(`{"string":"a"}`), &v); err != nil || v.String_ == nil {
		t.Errorf("%+v, %v", v, err)
	}
	if got := string(wire.Marshal(v)); got != `{"string":"a"}` {
		t.Error(got)
	}
}

func TestNamesAsTheyAre(t *testing.T) {
	in := &struct{ Name, ARN string }{"n", "a"}
	if got := string(wire.AsIs.Marshal(in)); got != `{"ARN":"a","Name":"n"}` {
		t.Error(got)
	}
	*in = struct{ Name, ARN string }{}
	if err := wire.AsIs.Unmarshal([]byte(`{"Name":"n","aRN":"x"}`), in); err != nil || in.Name != "n" || in.ARN != "" {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestTimes(t *testing.T) {
	for ms, want := range map[int64]string{
		1526920787490: "1.52692078749E9", 1511997624585: "1.511997624585E9", 946684800000: "9.466848E8",
		2000000000000: "2.0E9", 10000000000: "1.0E7", 9999999999: "9999999.999", -1526920787490: "-1.52692078749E9",
		1: "0.001", 10: "0.01", 0: "0", -1: "-0.001", -1500: "-1.5",
	} {
		if got := string(wire.AsIs.Marshal(&struct{ T time.Time }{time.UnixMilli(ms)})); got != `{"T":`+want+`}` {
			t.Errorf("%d: %s, want %s", ms, got, want)
		}
	}
}

func TestFloats(t *testing.T) {
	for _, f := range []float64{0, 0.5, -1, 100, 1e20, 1e21, 1e-7, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()} {
		in := struct{ F float64 }{f}
		text := wire.Marshal(in)
		var back struct{ F float64 }
		if err := wire.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if back != in && !math.IsNaN(f) || math.IsNaN(f) != math.IsNaN(back.F) {
			t.Errorf("%v became %s became %v", f, text, back.F)
		}
	}
}

func TestTypesWithoutJSONPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a channel was encoded")
		}
	}()
	wire.Marshal(&struct{ C chan int }{})
}
