package engines

import (
	"slices"
	"strings"
	"testing"
)

func TestPlacesAreReadAsUsersWriteThem(t *testing.T) {
	for text, want := range map[string][]Place{
		"sim":                      {{Kind: Sim}},
		"auto":                     {{Kind: Auto}},
		"docker":                   {{Kind: Docker}},
		"tcp://10.0.0.7:2376":      {{Kind: Docker, Host: "tcp://10.0.0.7:2376"}},
		"tcp://h:2375/?a=b":        {{Kind: Docker, Host: "tcp://h:2375/?a=b"}},
		"npipe:////./pipe/x":       {{Kind: Docker, Host: "npipe:////./pipe/x"}},
		"context:ci":               {{Kind: Docker, Host: "context:ci"}},
		"sim:4":                    {{Kind: Sim, CPUs: 4}},
		"a=sim":                    {{Name: "a", Kind: Sim}},
		"a=sim,b=sim":              {{Name: "a", Kind: Sim}, {Name: "b", Kind: Sim}},
		"b=sim, a=sim:2":           {{Name: "b", Kind: Sim}, {Name: "a", Kind: Sim, CPUs: 2}},
		"a=sim:4:8GiB:arm64":       {{Name: "a", Kind: Sim, CPUs: 4, Memory: 8 << 30, Architecture: "arm64"}},
		"a=sim:4:512m":             {{Name: "a", Kind: Sim, CPUs: 4, Memory: 512 << 20}},
		"a-1=docker,b2=context:ci": {{Name: "a-1", Kind: Docker}, {Name: "b2", Kind: Docker, Host: "context:ci"}},
		"a=unix:///a.sock,b=ssh://ecs@b": {
			{Name: "a", Kind: Docker, Host: "unix:///a.sock"}, {Name: "b", Kind: Docker, Host: "ssh://ecs@b"},
		},
	} {
		if got, err := Parse(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestBadPlacesAreRefusedInALineThatNamesThem(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "no engine is named: say auto, docker, sim",
		"podman":                         `engine "podman" is none of auto, docker, sim`,
		"simulation":                     "none of auto, docker, sim",
		"a=podman":                       `engine "a=podman" is none of`,
		"a=sim,a=sim":                    "engine a is named twice",
		"a=sim,sim":                      `engine "sim" has no name beside others`,
		"sim,docker":                     `engine "sim" has no name`,
		"a=sim,":                         `engines "a=sim,": behind the last comma no engine is named`,
		",a=sim":                         `engines ",a=sim": before the first comma no engine is named`,
		"a=sim,b=sim, ,c=sim":            `between commas 2 and 3 no engine is named`,
		"a=sim,,b=sim":                   `between commas 1 and 2 no engine is named`,
		"a=":                             "engine a has no place",
		"a= ,b=sim":                      "engine a has no place",
		"=sim":                           `"" is not a name`,
		"A=sim":                          `"A" is not a name`,
		"1a=sim":                         `"1a" is not a name`,
		"a_b=sim":                        `"a_b" is not a name`,
		"a\nb=sim":                       `"a\nb" is not a name`,
		strings.Repeat("a", 33) + "=sim": "32 at most",
		"a=auto":                         "engine a: auto is for one engine without a name",
		"a=sim,b=docker":                 "engine a=sim and engine b=docker cannot share VPCs",
		"a=docker,b=sim:4":               "engine a=docker and engine b=sim cannot share VPCs",
		"a=docker,b=docker":              "engines a and b are one: both are at docker",
		"a=tcp://x:2376,b=tcp://x:2376":  "engines a and b are one: both are at tcp://x:2376",
		"a=ftp://x":                      "engine a: \"ftp://x\" is not the URL of a Docker engine",
		"a=tcp://":                       "engine a: \"tcp://\" is not the URL",
		"a=context:":                     "names no context",
		"a=sim:":                         `engine "a=sim:": "" is not a number of CPUs`,
		"a=sim:0":                        `"0" is not a number of CPUs`,
		"a=sim:-1":                       `"-1" is not a number of CPUs`,
		"a=sim:four":                     `"four" is not a number of CPUs`,
		"a=sim:4:":                       `"" is not a size of memory`,
		"a=sim:4:8":                      `"8" is not a size of memory`,
		"a=sim:4:-8GiB":                  `"-8GiB" is not a size of memory`,
		"a=sim:4:8GiB:arm":               `"arm" is not an architecture: use amd64 or arm64`,
		"a=sim:4:8GiB:":                  `"" is not an architecture`,
		"a=sim:4:8GiB:arm64:x":           "says more than",
	} {
		if got, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %+v, %v; want a line with %q", text, got, err, want)
		}
	}
}

func TestTheCommandThatReachesAnEngine(t *testing.T) {
	for want, place := range map[string]Place{
		"docker":                             {Kind: Docker},
		"docker --host tcp://192.0.2.1:2376": {Kind: Docker, Host: "tcp://192.0.2.1:2376"},
		"docker --context west":              {Kind: Docker, Host: "context:west"},
		"":                                   {Kind: Sim},
	} {
		if got := place.Command(); got != want {
			t.Errorf("%+v: got %q, want %q", place, got, want)
		}
	}
}
