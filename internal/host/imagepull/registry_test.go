package imagepull_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

func digestNamed(letter string) string { return "sha256:" + strings.Repeat("0", 63) + letter }

// A repository to which nothing was pushed, as Terraform makes them, leaves a name to the engine.
func TestChoose(t *testing.T) {
	home, other := arn.Scope{Account: "000000000000", Region: "us-east-1"}, arn.Scope{Account: "123456789012", Region: "eu-west-1"}
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	err = rows.Update(func(tx *store.Tx) error {
		for _, r := range []*ecr.Repository{{Scope: home, Name: "app"}, {Scope: home, Name: "empty"}, {Scope: other, Name: "team/app"}} {
			ecr.Repositories.Put(tx, r)
			if r.Name == "empty" {
				continue
			}
			for _, letter := range []string{"a", "b"} { // the tag moves
				r = ecr.Repositories.Find(tx, r.Scope, r.Name)
				if _, err := ecr.Push(tx, r, digestNamed(letter), &ecr.Manifest{}, "1", time.Now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	registry := &imagepull.Registry{Home: home, Hosts: func() []string { return []string{"127.0.0.1:4577", "localhost:4577"} }}
	const atAWS, elsewhere = "000000000000.dkr.ecr.us-east-1.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	a, b, c := digestNamed("a"), digestNamed("b"), digestNamed("c")
	for name, want := range map[string]struct {
		ref, pinned        string
		own                bool // it was pinned when the registry had it
		remote, local, tag string
		lacks              string
	}{
		"a tag":                                  {ref: atAWS + "/app:1", remote: "127.0.0.1:4577/app@" + b, local: "127.0.0.1:4577/app@" + b, tag: atAWS + "/app:1"},
		"pinned":                                 {ref: atAWS + "/app:1", pinned: a, remote: "127.0.0.1:4577/app@" + a, local: "127.0.0.1:4577/app@" + a},
		"by loopback":                            {ref: "localhost:4577/app:1", remote: "127.0.0.1:4577/app@" + b, local: "127.0.0.1:4577/app@" + b, tag: "localhost:4577/app:1"},
		"a digest":                               {ref: atAWS + "/app@" + a, remote: "127.0.0.1:4577/app@" + a, local: "127.0.0.1:4577/app@" + a},
		"a tag with another digest":              {ref: atAWS + "/app:1@" + a, remote: "127.0.0.1:4577/app@" + a, local: "127.0.0.1:4577/app@" + a},
		"another account":                        {ref: elsewhere + "/team/app:1", remote: "127.0.0.1:4577/123456789012/eu-west-1/team/app@" + b, local: "127.0.0.1:4577/123456789012/eu-west-1/team/app@" + b, tag: elsewhere + "/team/app:1"},
		"no repository":                          {ref: atAWS + "/nothing:1", remote: atAWS + "/nothing:1", local: atAWS + "/nothing:1"},
		"nothing was pushed":                     {ref: atAWS + "/empty:1", remote: atAWS + "/empty:1", local: atAWS + "/empty:1"},
		"the name in another registry":           {ref: "example.com/app:1", remote: "example.com/app:1", local: "example.com/app:1"},
		"one of another registry that is pinned": {ref: "app:1", pinned: a, remote: "app:1@" + a, local: "app@" + a},
		"pinned before the first push":           {ref: atAWS + "/app:1", pinned: c, remote: atAWS + "/app:1@" + c, local: atAWS + "/app@" + c},
		"no such tag":                            {ref: atAWS + "/app:2", lacks: atAWS + "/app:2: not found"},
		"no tag":                                 {ref: atAWS + "/app", lacks: atAWS + "/app: not found"},
		"of a repository that was deleted":       {ref: atAWS + "/nothing:1", pinned: c, own: true, lacks: "unexpected status from HEAD request to https://" + atAWS + "/v2/nothing/blobs/" + c + ": 403 Forbidden"},
		"no such digest":                         {ref: atAWS + "/app:1", pinned: c, own: true, lacks: "unexpected status from HEAD request to https://" + atAWS + "/v2/app/blobs/" + c + ": 403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			choice, lacks := registry.Choose(rows.Read(), imagepull.Choice{Ref: want.ref, Digest: want.pinned, Own: want.own}, false)
			if lacks != nil || want.lacks != "" {
				if lacks == nil || lacks.Resolving(want.ref) != want.lacks {
					t.Fatalf("lacks %+v, want %s", lacks, want.lacks)
				}
				return
			}
			if choice.Remote() != want.remote || choice.Local() != want.local || choice.Tag != want.tag {
				t.Errorf("%s is %s there, %s here, and called %q;\nwant %s, %s, %q", want.ref, choice.Remote(), choice.Local(), choice.Tag, want.remote, want.local, want.tag)
			}
			simulated, _ := registry.Choose(rows.Read(), imagepull.Choice{Ref: want.ref, Digest: want.pinned, Own: want.own}, true)
			if simulated.Digest != choice.Digest || simulated.Remote() != simulated.Named() || simulated.Tag != "" {
				t.Errorf("on a simulated engine: %+v", simulated)
			}
		})
	}
}

// Source: ECR-31 for Fargate; amazon-ecs-agent for what instances have cached.
func TestWhatStandsIn(t *testing.T) {
	tag, digest := &imagepull.LacksError{}, &imagepull.LacksError{Digest: digestNamed("a")}
	cached, always := imagepull.Agent{Behavior: imagepull.PreferCached}, imagepull.Agent{Behavior: imagepull.Always}
	lenient, strict := &imagepull.Registry{}, &imagepull.Registry{Strict: true}
	for name, c := range map[string]struct{ got, want bool }{
		"a tag":                       {lenient.StandsIn(tag, cached, true), true},
		"a tag, strictly":             {strict.StandsIn(tag, cached, true), false},
		"a digest on Fargate":         {lenient.StandsIn(digest, cached, true), false},
		"a digest on an instance":     {strict.StandsIn(digest, cached, false), true},
		"always pulled, on instances": {lenient.StandsIn(digest, always, false), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
}
