package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/cbor"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// alarm has a member of each kind that CBOR has.
type alarm struct {
	Name      *string
	State     state
	Periods   *int32
	Bytes     int64
	Unsigned  uint8
	Threshold *float64
	Ratio     *float32
	Enabled   *bool
	Blob      []byte
	At        *time.Time
	Actions   []string
	Tags      []tag
	Labels    map[string]string
	Parts     map[string]tag
	Inner     *alarm
	Level     types.ServiceConnectContainerConfiguration
	Own       ownUnion
}

type (
	state           string
	tag             struct{ Key, Value *string }
	ownUnion        interface{ isOwn() }
	ownUnionMemberX struct{ Value tag }
)

func (*ownUnionMemberX) isOwn() {}

var withUnion = wire.AsIs.WithUnions(wire.UnionOf[ownUnion](ownUnionMemberX{}))

// every is an alarm with all members, some of them on the edge of what they hold.
func every() *alarm {
	at := time.UnixMilli(1789364413492).UTC()
	return &alarm{
		Name: aws.String(""), State: "ALARM", Periods: aws.Int32(math.MinInt32), Bytes: math.MaxInt64, Unsigned: 255,
		Threshold: aws.Float64(-0.1), Ratio: aws.Float32(1.5), Enabled: aws.Bool(false), Blob: []byte{0, 255}, At: &at,
		Actions: []string{"a", "", strings.Repeat("é", 200)}, Tags: []tag{{Key: aws.String("k")}, {}},
		Labels: map[string]string{"b": "2", "a": ""}, Parts: map[string]tag{"x": {Value: aws.String("v")}},
		Inner: &alarm{Actions: []string{}, Bytes: -1}, Level: &types.ServiceConnectContainerConfigurationMemberLogLevel{Value: "INFO"},
		Own: &ownUnionMemberX{Value: tag{Key: aws.String("k")}},
	}
}

func TestCBORIsReadAsItIsWritten(t *testing.T) {
	text := withUnion.AppendCBOR(nil, every())
	back := new(alarm)
	if err := withUnion.UnmarshalCBOR(text, back, nil); err != nil {
		t.Fatalf("%v: %x", err, text)
	}
	if !reflect.DeepEqual(every(), back) {
		t.Errorf("%s became %s\n%x", withUnion.Marshal(every()), withUnion.Marshal(back), text)
	}
	for _, typ := range samples {
		t.Run(typ.Name(), rapid.MakeCheck(func(t *rapid.T) {
			v := reflect.New(typ)
			fill(t, v.Elem())
			text := wire.AsIs.AppendCBOR(nil, v.Interface())
			back := reflect.New(typ)
			if err := wire.AsIs.UnmarshalCBOR(text, back.Interface(), nil); err != nil {
				t.Fatalf("%v: %x", err, text)
			}
			if again := wire.AsIs.AppendCBOR(nil, back.Interface()); !bytes.Equal(wire.AsIs.Marshal(v.Interface()), wire.AsIs.Marshal(back.Interface())) {
				t.Fatalf("%x became %x", text, again)
			}
		}))
	}
}

// What is written is what smithy-go reads, of each length of a number.
func TestCBORIsWrittenAsInTheStandard(t *testing.T) {
	for _, n := range []int64{0, 23, 24, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64, -1, -24, -25, -256, -257, -65537, math.MinInt64} {
		read, err := cbor.Decode(wire.AsIs.AppendCBOR(nil, &alarm{Bytes: n}))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cbor.AsInt64(read.(cbor.Map)["Bytes"]); err != nil || got != n {
			t.Errorf("%d is read as %d, %v", n, got, err)
		}
	}
	for want, v := range map[string]any{
		"a0": (*tag)(nil), "bfff": tag{}, "bf634b65796161ff": &tag{Key: aws.String("a")}, "bf634b657963efbfbdff": tag{Key: aws.String("\xff")},
		"bf6142c1fb3ff8000000000000ff": struct{ A, B time.Time }{B: time.UnixMilli(1500)}, // a zero time is absent
	} {
		got := hex.EncodeToString(wire.AsIs.AppendCBOR(nil, v))
		if got != want {
			t.Errorf("%#v is %s, want %s", v, got, want)
		}
	}
}

func TestReadCBOR(t *testing.T) {
	for text, want := range map[string]alarm{
		"":                                   {},
		"a0":                                 {},
		"bfff":                               {},
		"f6":                                 {},
		"a1644e616d656161":                   {Name: aws.String("a")},
		"bf644e616d657f61616162ffff":         {Name: aws.String("ab")}, // a text in pieces
		"bf644e616d656161644e616d656162ff":   {Name: aws.String("b")},
		"bf644e616d65f6ff":                   {},
		"bf644e616d65f7ff":                   {},
		"bf67416374696f6e739f6161f66162ffff": {Actions: []string{"a", "b"}},
		"a167416374696f6e738261616162":       {Actions: []string{"a", "b"}},
		"a167416374696f6e7380":               {Actions: []string{}},
		"a167506572696f647303":               {Periods: aws.Int32(3)},
		"a1695468726573686f6c6403":           {Threshold: aws.Float64(3)},
		"a1695468726573686f6c64fa3fc00000":   {Threshold: aws.Float64(1.5)},
		"a1695468726573686f6c64f93e00":       {Threshold: aws.Float64(1.5)},
		"a1695468726573686f6c6420":           {Threshold: aws.Float64(-1)},
		"a1624174c11a5f5e1000":               {At: aws.Time(time.Unix(0x5f5e1000, 0).UTC())},
		"a1624174c1fb3ff0000000000000":       {At: aws.Time(time.Unix(1, 0).UTC())},
		"a2614101644e616d656161":             {Name: aws.String("a")}, // an unknown member
		"a164426c6f625f41004101ff":           {Blob: []byte{0, 1}},
		"a1654c6576656ca1684c6f674c6576656c64494e464f": {Level: &types.ServiceConnectContainerConfigurationMemberLogLevel{Value: "INFO"}},
		"a1654c6576656ca1634e657702":                   {}, // an unknown member of a union
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got := alarm{}
		if err := withUnion.UnmarshalCBOR(data, &got, func(string, string) {}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s is read as %s, want %s", text, withUnion.Marshal(&got), withUnion.Marshal(&want))
		}
	}
}

func TestCBORThatIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"01":                                   "Unexpected field type",
		"80":                                   "Start of list found where not expected",
		"a1644e616d6501":                       "Name: NUMBER_VALUE can not be converted to a String",
		"a1644e616d65a0":                       "Name: Start of structure or map found where not expected.",
		"a1644e616d654161":                     "Name: BLOB_VALUE can not be converted to a String",
		"a167506572696f64736161":               "Periods: STRING_VALUE can not be converted to an Integer",
		"a167506572696f64731b00000001ffffffff": "Periods: NUMBER_VALUE can not be converted to an Integer",
		"a167506572696f6473fb3ff0000000000000": "Periods: NUMBER_VALUE can not be converted to an Integer",
		"a16542797465733bffffffffffffffff":     "Bytes: NUMBER_VALUE can not be converted to a Long",
		"a168556e7369676e6564190100":           "Unsigned: NUMBER_VALUE can not be converted to an Integer",
		"a168556e7369676e656420":               "Unsigned: NUMBER_VALUE can not be converted to an Integer",
		"a167456e61626c656400":                 "Enabled: NUMBER_VALUE can not be converted to a Boolean",
		"a1695468726573686f6c64f5":             "Threshold: TRUE_VALUE can not be converted to a Double",
		"a1624174fb3ff0000000000000":           "At: NUMBER_VALUE can not be converted to a Date",
		"a1624174c0fb3ff0000000000000":         "At: TAGGED_VALUE can not be converted to a Date",
		"a1624174c1fb7ff8000000000000":         "At: TAGGED_VALUE can not be converted to a Date",
		"a1624174c1fb7ff0000000000000":         "At: TAGGED_VALUE can not be converted to a Date",
		"a16454616773820182":                   "malformed CBOR: ",
		"a1645461677382a0a1634b657901":         "Tags[1].Key: NUMBER_VALUE can not be converted to a String",
		"a1664c6162656c73a1616101":             "Labels.a: NUMBER_VALUE can not be converted to a String",
		"a1655061727473a16178a1634b657901":     "Parts.x.Key: NUMBER_VALUE can not be converted to a String",
		"a1634f776ea16158a1634b657901":         "Own.X.Key: NUMBER_VALUE can not be converted to a String",
		"a1":                                   "malformed CBOR: ",
		"a000":                                 "malformed CBOR: 1 bytes follow the value",
		"a0ff":                                 "malformed CBOR: 1 bytes follow the value",
		"bf614180ffff":                         "malformed CBOR: 1 bytes follow the value",
		"a1644e616d657f6161ffa0a0":             "malformed CBOR: 2 bytes follow the value",
		"a1624174c101a0a0a0":                   "malformed CBOR: 3 bytes follow the value",
		"a2614182820102a0614180f6":             "malformed CBOR: 1 bytes follow the value",
		"a10102":                               "malformed CBOR: ",
		"ff":                                   "malformed CBOR: ",
		"bf":                                   "malformed CBOR: ",
		"bf644e616d657b7fffffffffffffffff":     "malformed CBOR: ",
		"9bffffffffffffffff":                   "malformed CBOR: ",
		"bbffffffffffffffff":                   "malformed CBOR: ",
		"a164546167739b8000000000000000":       "malformed CBOR: ", // not a list without entries
		strings.Repeat("9f", 5000):             "malformed CBOR: ",
		strings.Repeat("81", 5000):             "malformed CBOR: ",
		strings.Repeat("c1", 5000):             "malformed CBOR: ",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		err = withUnion.UnmarshalCBOR(data, new(alarm), nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
}

// Members that the type has not are told.
func TestUnknownMembersOfCBORAreTold(t *testing.T) {
	data, err := hex.DecodeString("a2614101645461677381a1614202")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	if err := wire.AsIs.UnmarshalCBOR(data, new(struct{ Tags []tag }), func(structure, member string) { told[structure+"."+member] = true }); err != nil {
		t.Fatal(err)
	}
	if !told[".A"] || !told["tag.B"] || len(told) != 2 {
		t.Error(told)
	}
}

// FuzzUnmarshalCBOR reads anything: it neither panics nor reads what it would write otherwise.
func FuzzUnmarshalCBOR(f *testing.F) {
	f.Add(withUnion.AppendCBOR(nil, every()))
	f.Add([]byte("\xbf\x67Actions\x9f\x61a\xff\x62At\xc1\x01\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := new(alarm)
		if err := withUnion.UnmarshalCBOR(data, in, nil); err != nil {
			var malformed *wire.SyntaxError
			var mistyped *wire.TypeError
			if !errors.As(err, &malformed) && !errors.As(err, &mistyped) {
				t.Fatalf("%v: %x", err, data)
			}
			return
		}
		text := withUnion.AppendCBOR(nil, in)
		again := new(alarm)
		if err := withUnion.UnmarshalCBOR(text, again, nil); err != nil {
			t.Fatalf("%v: %x", err, text)
		}
		if got := withUnion.AppendCBOR(nil, again); !bytes.Equal(got, text) {
			t.Fatalf("not stable:\n%x\n%x", text, got)
		}
	})
}
