package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/app/access"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var ours = iam.Account{Partition: "aws", ID: "111122223333"}

const readARN = "arn:aws:iam::111122223333:policy/read"

// document allows an action on the tasks a and b.
func document(action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"` + action +
		`","Resource":["arn:aws:ecs:us-east-1:111122223333:task/shop/a","arn:aws:ecs:us-east-1:111122223333:task/shop/b"]}]}`
}

func managed(action string) *iam.Policy {
	return &iam.Policy{Account: ours, Name: "read", Path: "/", Default: "v1", Versions: []iam.PolicyVersion{{ID: "v1", Document: document(action)}}}
}

func user(change func(*iam.User)) *iam.User {
	u := &iam.User{Account: ours, Name: "dev", ID: "AIDAdev", Path: "/"}
	change(u)
	return u
}

// Each change of what a user has counts in the next call, though the policies are kept.
func TestChangesOfPoliciesCountAtOnce(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	control := &access.Control{Mode: access.Enforce, Store: rows, Now: time.Now, Decisions: &access.Decisions{}}
	control.Serves(nil)
	group := func(action string) *iam.Group {
		return &iam.Group{Account: ours, Name: "ops", ID: "AGPAops", Permissions: iam.Permissions{Inline: []iam.Inline{{Name: "i", Document: document(action)}}}}
	}
	none := func(*iam.User) {}
	attached := func(u *iam.User) { u.Attached = []string{readARN} }
	grouped := func(u *iam.User) { u.Groups = []string{"AGPAops"} }
	for i, step := range []struct {
		change func(tx *store.Tx)
		want   bool
	}{
		{func(tx *store.Tx) { iam.Users.Put(tx, user(none)) }, false},
		{func(tx *store.Tx) { iam.Policies.Put(tx, managed("ecs:DescribeTasks")) }, false},
		{func(tx *store.Tx) { iam.Users.Put(tx, user(attached)) }, true},
		{func(tx *store.Tx) { iam.Policies.Put(tx, managed("ecs:StopTask")) }, false},
		{func(tx *store.Tx) { iam.Policies.Put(tx, managed("ecs:Describe*")) }, true},
		{func(tx *store.Tx) { iam.Users.Put(tx, user(grouped)) }, false},
		{func(tx *store.Tx) { iam.Groups.Put(tx, group("ecs:*")) }, true},
		{func(tx *store.Tx) { iam.Groups.Put(tx, group("ecs:Stop*")) }, false},
	} {
		if err := rows.Update(func(tx *store.Tx) error { step.change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprint("request-", i)
		for range 2 { // the second is decided by what is kept
			if got := describe(control, id, "a", "b"); (got == nil) != step.want {
				t.Fatalf("step %d: %v", i, got)
			}
		}
		if kept := control.Decisions.Of(id); step.want && len(kept) != 4 || !step.want && len(kept) != 2 {
			t.Errorf("step %d: %d decisions", i, len(kept))
		}
	}
}

// What policies answer is kept, but not if it depends on a condition key, on a variable, on a session policy or on a
// policy of the resource.
func TestWhatDependsOnACallIsDecidedAgain(t *testing.T) {
	const resource = "arn:aws:ecs:us-east-1:111122223333:task/shop/a"
	from := func(address string) func(*awsapi.Call) {
		return func(call *awsapi.Call) { call.From.Address = address + ":1234" }
	}
	session := func(policy string) func(*awsapi.Call) {
		return func(call *awsapi.Call) {
			call.Caller.Session = &sts.Session{Account: ours.ID, OfUser: "AIDAdev", Policy: policy, Kind: sts.AsUser}
		}
	}
	as := func(name string) func(*awsapi.Call) {
		return func(call *awsapi.Call) { call.Caller.ARN = "arn:aws:iam::111122223333:user/" + name }
	}
	denial := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	var ofResource []policy.Source
	resourceHas := func(policies ...policy.Source) func(*awsapi.Call) {
		return func(*awsapi.Call) { ofResource = policies }
	}
	for name, test := range map[string]struct {
		statement       string
		allowed, denied func(*awsapi.Call)
	}{
		"a condition": {`"Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.1"}}`, from("192.0.2.1"), from("192.0.2.2")},
		"a variable":  {`"Resource":"arn:aws:ecs:*:*:task/shop/${aws:username}"`, as("a"), as("b")},
		"a session":   {`"Resource":"*"`, session(""), session(denial)},
		"a resource":  {`"Resource":"*"`, resourceHas(), resourceHas(policy.Source{Name: "own", Policy: policy.Compile(denial)})},
	} {
		ofResource = nil
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { rows.Close() })
		if err := rows.Update(func(tx *store.Tx) error {
			iam.Users.Put(tx, user(func(u *iam.User) {
				u.Inline = []iam.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:StopTask",` + test.statement + `}}`}}
			}))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		control := &access.Control{Mode: access.Enforce, Store: rows, Now: time.Now, Decisions: &access.Decisions{}}
		control.Serves([]awsapi.Service{{Name: "ecs", Policies: func(string) []policy.Source { return ofResource }}})
		call := func(change func(*awsapi.Call)) error {
			c := awsapi.Call{
				RequestID: "request", Account: ours.ID, Region: "us-east-1", Service: "ecs", Operation: "StopTask",
				Caller: awsapi.Caller{Account: ours.ID, ARN: "arn:aws:iam::111122223333:user/dev", UserID: "AIDAdev", LongLived: true},
			}
			change(&c)
			return control.Authorize(context.Background(), &c, []awsapi.Access{{Action: "ecs:StopTask", Resource: resource}})
		}
		for range 2 {
			if err := call(test.allowed); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if call(test.denied) == nil {
				t.Errorf("%s: allowed", name)
			}
		}
	}
}

// The first thing that a caller may not is refused, and decided last. Each decision has an explanation of its own, with what was
// there when it was made and with statements that lack the action.
func TestDecisionsOfOneCall(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	put := func(action string) {
		if err := rows.Update(func(tx *store.Tx) error {
			iam.Users.Put(tx, user(func(u *iam.User) { u.Inline = []iam.Inline{{Name: "own", Document: document(action)}} }))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	put("ecs:DescribeTasks")
	control := &access.Control{Mode: access.Enforce, Store: rows, Now: time.Now, Decisions: &access.Decisions{}}
	control.Serves(nil)
	var denied *awsapi.Denied
	if !errors.As(describe(control, "request", "a", "b", "c", "a"), &denied) || denied.Resource != "arn:aws:ecs:us-east-1:111122223333:task/shop/c" {
		t.Fatalf("refused is %v", denied)
	}
	put("s3:*")
	if err := describe(control, "later", "a"); err == nil {
		t.Error("allowed")
	}
	list := append(control.Decisions.Of("request"), control.Decisions.Of("later")...)
	var got []string
	for _, d := range list {
		found := d.Explain().Layers[1]
		got = append(got, fmt.Sprint(d.Resource[len(d.Resource)-1:], " ", d.Decision, " ", found.Statement, " ", found.Lacks))
	}
	want := []string{"a allowed 2 ", "b allowed 2 ", "c denied 2 resource", "a denied 1 action"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("explained are %q, want %q", got, want)
	}
}

// TestExplanationsHaveTheTagsOfTheDecision: those that the resource had then.
func TestExplanationsHaveTheTagsOfTheDecision(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	if err := rows.Update(func(tx *store.Tx) error {
		iam.Users.Put(tx, user(func(u *iam.User) {
			u.Inline = []iam.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:DescribeTasks","Resource":"*",` +
				`"Condition":{"StringEquals":{"aws:ResourceTag/team":"shop"}}}]}`}}
		}))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	team := "shop"
	control := &access.Control{Mode: access.Enforce, Store: rows, Now: time.Now, Decisions: &access.Decisions{}}
	control.Serves([]awsapi.Service{{Name: "ecs", Tags: func(string) []tagging.Tag { return []tagging.Tag{{Key: "team", Value: team}} }}})
	if err := describe(control, "request", "a"); err != nil {
		t.Fatal(err)
	}
	team = "ops"
	explained := control.Decisions.Of("request")[0].Explain()
	if got := explained.Keys["aws:resourcetag/team"]; len(got) != 1 || got[0] != "shop" {
		t.Errorf("the tag was %q", got)
	}
	if found := explained.Layers[1]; fmt.Sprint(found.Lacks) != "" {
		t.Errorf("%+v", found)
	}
}

// describe asks for tasks of the cluster shop as the user dev.
func describe(control *access.Control, request string, tasks ...string) error {
	var wants []awsapi.Access
	for _, task := range tasks {
		wants = append(wants, awsapi.Access{Action: "ecs:DescribeTasks", Resource: "arn:aws:ecs:us-east-1:111122223333:task/shop/" + task})
	}
	return control.Authorize(context.Background(), &awsapi.Call{
		RequestID: request, Account: ours.ID, Region: "us-east-1", Service: "ecs", Operation: "DescribeTasks",
		Caller: awsapi.Caller{Account: ours.ID, ARN: "arn:aws:iam::111122223333:user/dev", UserID: "AIDAdev", LongLived: true},
	}, wants)
}
