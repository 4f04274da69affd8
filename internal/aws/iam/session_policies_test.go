package iam_test

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestPoliciesOfSessions(t *testing.T) {
	rows, dev, _, update := twoUsers(t)
	put := func(p *iam.Policy) { update(func(tx *store.Tx) { iam.Policies.Put(tx, p) }) }
	put(deploy("v1", allow("ecs:RunTask"), allow("ecs:StopTask")))
	if list := iam.SessionPolicies(rows.Read(), dev.Account, "", nil); list != nil {
		t.Errorf("a session without policies has %v", names(list))
	}
	of := func() []policy.Source {
		return iam.SessionPolicies(rows.Read(), dev.Account, allow("s3:*"), []string{deployARN, deletedARN, ecsFull})
	}
	if got := names(of()); !slices.Equal(got, []string{"session policy", deployARN, deletedARN + "?", ecsFull}) {
		t.Errorf("a session has %v", got)
	}
	may := func(action string) bool {
		all := []policy.Source{{Name: "all", Policy: policy.Compile(allow("*"))}}
		return policy.Decide(policy.Request{Action: action, Resource: "*", Principal: policy.Principal{Account: dev.Account.ID}},
			policy.Policies{Identity: all, Session: of()}).Allowed
	}
	if !may("s3:GetObject") || !may("ecs:RunTask") || may("sqs:SendMessage") {
		t.Error("the session may not do what its policies say")
	}
	foreign := iam.Account{Partition: "aws", ID: "999999999999"}
	if list := iam.SessionPolicies(rows.Read(), foreign, "", []string{deployARN}); len(list) != 1 || list[0].Policy != nil {
		t.Errorf("a session of another account has %v", names(list))
	}
}
