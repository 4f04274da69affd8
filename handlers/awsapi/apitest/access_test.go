package apitest

import (
	"context"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

func TestFaultsOfKeys(t *testing.T) {
	s := awsapi.Service{Name: "ecs", Access: awsapi.Rows{
		"Good": awsapi.On("*").Key("ecs:cluster", "{A}").Keys("ecs:subnet", "{A}").Tags("Tags").Also("ecs:TagResource").May("aws:RequestTag/x"),
		"Bad":  awsapi.On("*").Key("ecs:colour", "{A}").Key("ecs:subnet", "{A}").Keys("ecs:cluster", "{A}").May("ecs:size"),
	}}
	for name, want := range map[string][]string{
		"Good": nil,
		"Bad": {
			"ecs:colour, which no policy can name", "ecs:subnet with another number of values than AWS declares",
			"ecs:cluster with another number of values than AWS declares", "ecs:size, which no policy can name",
		},
	} {
		if got := keyFaults(s.AccessShape(awsapi.Operation{Name: name})); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestFaultsOfRows(t *testing.T) {
	run := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	s := awsapi.Service{Name: "ecs", Access: awsapi.Rows{
		"Good": awsapi.On("*"), "Itself": awsapi.On("*"), "Strange": awsapi.On("*").Key("ecs:colour", "blue"), "Gone": awsapi.On("*"),
	}, Operations: []awsapi.Operation{
		awsapi.Works("Good", "", run), awsapi.Works("Bare", "", run), awsapi.Works("Itself", "", run).AsksItself(), awsapi.Works("Own", "", run).AsksItself(),
		awsapi.Works("Strange", "", run), awsapi.NotBuilt("Unread", "time"), awsapi.NotBuiltWith[struct{}]("Read", "time"),
	}}
	want := []string{
		"Bare has no row that says what it asks", "Itself has a row, which nothing reads, as its method asks",
		"Strange gives ecs:colour, which no policy can name", "Read has no row that says what it asks", "there is a row for Gone, which is no operation",
	}
	if got := accessFaults(s); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
