package wire_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func TestDecode(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     any
	}{
		{"empty", ``, &ecs.StopTaskInput{}},
		{"blank", " \r\n\t", &ecs.StopTaskInput{}},
		{"null", `null`, &ecs.StopTaskInput{}},
		{"spaces everywhere", " { \"task\" : \"t\" , \"cluster\" : \"c\" } ", &ecs.StopTaskInput{Task: aws.String("t"), Cluster: aws.String("c")}},
		{"null is absent", `{"task":null,"cluster":"c"}`, &ecs.StopTaskInput{Cluster: aws.String("c")}},
		{"unknown members", `{"x":{"y":[1,-0.5e+3,true,false,null,"\u00e9",{}]},"task":"t","z":[]}`, &ecs.StopTaskInput{Task: aws.String("t")}},
		{"the last of two wins", `{"task":"a","task":"b"}`, &ecs.StopTaskInput{Task: aws.String("b")}},
		{"two objects are not merged", `{"overrides":{"cpu":"1"},"overrides":{"memory":"2"}}`,
			&ecs.RunTaskInput{Overrides: &types.TaskOverride{Memory: aws.String("2")}}},
		{"null after a value", `{"tasks":["a"],"tasks":null}`, &ecs.DescribeTasksInput{}},
		{"lists", `{"tasks":[],"include":["TAGS","x"]}`, &ecs.DescribeTasksInput{Tasks: []string{}, Include: []types.TaskField{"TAGS", "x"}}},
		{"null in lists", `{"tasks":[null,"a",null]}`, &ecs.DescribeTasksInput{Tasks: []string{"a"}}},
		{"maps", `{"options":{"a":"1","\u0062":"2","c":null}}`, &types.LogConfiguration{Options: map[string]string{"a": "1", "b": "2"}}},
		{"escapes", `{"reason":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d \ude00\ud83dx\u0000"}`,
			&types.Failure{Reason: aws.String("\"\\/\b\f\n\r\té😀\ufffd \ufffd\ufffdx\x00")}},
		{"bytes that are not UTF-8", "{\"reason\":\"a\xffb\"}", &types.Failure{Reason: aws.String("a\ufffdb")}},
		{"escaped member name", `{"\u0074ask":"t"}`, &ecs.StopTaskInput{Task: aws.String("t")}},
		{"integers", `{"softLimit":-2147483648,"hardLimit":2147483647}`, &types.Ulimit{SoftLimit: -2147483648, HardLimit: 2147483647}},
		{"time of AWS", `{"lastStartedAt":1.52692078749E9}`, &types.ManagedAgent{LastStartedAt: aws.Time(time.UnixMilli(1526920787490).UTC())}},
		{"time", `{"lastStartedAt":1526920787.49}`, &types.ManagedAgent{LastStartedAt: aws.Time(time.UnixMilli(1526920787490).UTC())}},
		{"whole time", `{"lastStartedAt":1526920787}`, &types.ManagedAgent{LastStartedAt: aws.Time(time.UnixMilli(1526920787000).UTC())}},
		{"time with exponent", `{"lastStartedAt":1.526920787496E9}`, &types.ManagedAgent{LastStartedAt: aws.Time(time.UnixMilli(1526920787496).UTC())}},
		{"row", `{"iD":"t","counts":{"a":1},"fragment": [1, 2] ,"hash":"AQI=","wait":5,"other":true,"any":{"n":1,"f":1.5,"l":[null]},"region":"r"}`,
			&row{ID: "t", Counts: map[string]int{"a": 1}, Fragment: wire.Raw(`[1, 2]`), Hash: []byte{1, 2}, Wait: 5, Renamed: true,
				Any: map[string]any{"n": int64(1), "f": 1.5, "l": []any{nil}}, Embedded: Embedded{Region: "r"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := reflect.New(reflect.TypeOf(test.want).Elem()).Interface()
			data := []byte(test.in)
			if err := wire.Unmarshal(data, got); err != nil {
				t.Fatal(err)
			}
			clear(data) // what was decoded must not depend on it
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("\n got %s\nwant %s", wire.Marshal(got), wire.Marshal(test.want))
			}
		})
	}
}

func TestUnions(t *testing.T) {
	in := new(ecs.CreateGatewayInput)
	if err := wire.Unmarshal([]byte(`{"configuration":{"unknown":[1],"hostSharedAlb":{}}}`), in); err != nil {
		t.Fatal(err)
	}
	if _, ok := in.Configuration.(*types.GatewayConfigurationMemberHostSharedAlb); !ok {
		t.Errorf("got %T", in.Configuration)
	}
	in = new(ecs.CreateGatewayInput)
	if err := wire.Unmarshal([]byte(`{"configuration":{"unknown":[1],"hostSharedAlb":null}}`), in); err != nil || in.Configuration != nil {
		t.Errorf("got %T, %v", in.Configuration, err)
	}
	type unknown struct{ types.GatewayConfiguration }
	if got := string(wire.Marshal(&ecs.CreateGatewayInput{Configuration: &unknown{}})); got != `{}` {
		t.Errorf("a member that is not known: %s", got)
	}
}

func TestDocumentsStayAsTheyCame(t *testing.T) {
	hook := new(types.DeploymentLifecycleHook)
	if err := wire.Unmarshal([]byte(`{"hookDetails":{"url":"<x>","n":12345678901234567890}}`), hook); err != nil {
		t.Fatal(err)
	}
	if got := string(hook.HookDetails); got != `{"url":"<x>","n":12345678901234567890}` {
		t.Errorf("got %s", got)
	}
	if got := string(wire.Marshal(hook)); got != `{"hookDetails":{"url":"<x>","n":12345678901234567890}}` {
		t.Errorf("encoded again: %s", got)
	}
}

func TestTypeErrors(t *testing.T) {
	for _, test := range []struct{ in, path, want string }{
		{`[]`, "", "Start of list found where not expected"},
		{`"x"`, "", "Unexpected field type"},
		{`1`, "", "Unexpected field type"},
		{`{"count":"1"}`, "count", "STRING_VALUE can not be converted to an Integer"},
		{`{"count":true}`, "count", "TRUE_VALUE can not be converted to an Integer"},
		{`{"count":{}}`, "count", "Start of structure or map found where not expected."},
		{`{"count":1.5}`, "count", "NUMBER_VALUE can not be converted to an Integer"},
		{`{"count":2147483648}`, "count", "NUMBER_VALUE can not be converted to an Integer"},
		{`{"count":99999999999999999999}`, "count", "NUMBER_VALUE can not be converted to an Integer"},
		{`{"cluster":1}`, "cluster", "NUMBER_VALUE can not be converted to a String"},
		{`{"cluster":true}`, "cluster", "TRUE_VALUE can not be converted to a String"},
		{`{"cluster":false}`, "cluster", "FALSE_VALUE can not be converted to a String"},
		{`{"cluster":["c"]}`, "cluster", "Start of list found where not expected"},
		{`{"enableExecuteCommand":"true"}`, "enableExecuteCommand", "STRING_VALUE can not be converted to a Boolean"},
		{`{"tags":{}}`, "tags", "Start of structure or map found where not expected."},
		{`{"tags":"x"}`, "tags", "Unexpected field type"},
		{`{"tags":[{"key":"a"},{"key":1}]}`, "tags[1].key", "NUMBER_VALUE can not be converted to a String"},
		{`{"tags":[[]]}`, "tags[0]", "Start of list found where not expected"},
		{`{"overrides":{"containerOverrides":[{"command":["a",1]}]}}`, "overrides.containerOverrides[0].command[1]",
			"NUMBER_VALUE can not be converted to a String"},
	} {
		var mistyped *wire.TypeError
		err := wire.Unmarshal([]byte(test.in), new(ecs.RunTaskInput))
		if !errors.As(err, &mistyped) || mistyped.Message != test.want || mistyped.Path != test.path {
			t.Errorf("%s: got %v, want %s: %s", test.in, err, test.path, test.want)
		}
	}
	for _, in := range []string{`{"lastStartedAt":"2026-01-01T00:00:00Z"}`, `{"lastStartedAt":1e300}`, `{"lastStartedAt":253402300800}`} {
		var mistyped *wire.TypeError
		if err := wire.Unmarshal([]byte(in), new(types.ManagedAgent)); !errors.As(err, &mistyped) {
			t.Errorf("%s: got %v", in, err)
		}
	}
	for _, in := range []string{`{"small":256}`, `{"small":-1}`, `{"hash":"%"}`, `{"hash":1}`, `{"ratio":"x"}`, `{"ratio":1e999}`} {
		var mistyped *wire.TypeError
		if err := wire.Unmarshal([]byte(in), new(row)); !errors.As(err, &mistyped) {
			t.Errorf("%s: got %v", in, err)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, in := range []string{
		`{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":1}}`, `{} {}`, `{,}`,
		`{"a":[}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":]}`, `{"a":tru}`, `{"a":nul}`, `{"a":truth}`, `{"a":+1}`, `{"a":01}`, `{"a":1.}`,
		`{"a":.5}`, `{"a":1e}`, `{"a":-}`, `{"a":0x1}`, `{"a":"`, `{"a":"\`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`, "{\"a\":\"\n\"}",
		`{"task":"`, `{"task":"a` + "\x01" + `"}`, `{"task":"é`, `{"task":nil}`, `{"task":`, `x`, `nul`, `{"a":NaN}`,
		`{"task":"\`, `{"a":"\ud83d\u12"}`,
	} {
		var malformed *wire.SyntaxError
		if err := wire.Unmarshal([]byte(in), new(ecs.StopTaskInput)); !errors.As(err, &malformed) {
			t.Errorf("%s: got %v", in, err)
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	for _, open := range []string{`[`, `{"a":`} {
		in := `{"x":` + strings.Repeat(open, 1_000_000)
		var malformed *wire.SyntaxError
		if err := wire.Unmarshal([]byte(in), new(ecs.StopTaskInput)); !errors.As(err, &malformed) || !strings.Contains(err.Error(), "levels") {
			t.Errorf("%s: got %v", open, err)
		}
	}
}

// TestRecursiveTypes: plans refer to themselves.
func TestRecursiveTypes(t *testing.T) {
	type tree struct {
		Name string
		Kids []tree
		Up   *tree
		By   map[string]tree
	}
	const text = `{"by":{"k":{"name":"z"}},"kids":[{"name":"a"},{"kids":[{"name":"c"}],"name":"b"}],"name":"r","up":{"name":"u"}}`
	var v tree
	if err := wire.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	if got := string(wire.Marshal(v)); got != text {
		t.Errorf("got %s", got)
	}
}
