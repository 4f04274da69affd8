package apitest

import (
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
