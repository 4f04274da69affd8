package iam_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	deployARN    = "arn:aws:iam::111122223333:policy/ci/deploy"
	ecsFull      = "arn:aws:iam::aws:policy/AmazonECS_FullAccess"
	backupAccess = "arn:aws:iam::aws:policy/AWSBackupFullAccess"
	deletedARN   = "arn:aws:iam::111122223333:policy/deleted"
)

// names are the names of policies, with a ? after one that is not there.
func names(list []policy.Source) (names []string) {
	for _, s := range list {
		name := s.Name
		if s.Policy == nil {
			name += "?"
		}
		names = append(names, name)
	}
	return names
}

func allow(action string) string {
	return statement(`"Effect":"Allow","Action":"` + action + `","Resource":"*"`)
}

func deploy(version string, documents ...string) *iam.Policy {
	p := &iam.Policy{Account: iam.Account{Partition: "aws", ID: "111122223333"}, Name: "deploy", Path: "/ci/", Default: version}
	for i, document := range documents {
		p.Versions = append(p.Versions, iam.PolicyVersion{ID: fmt.Sprint("v", i+1), Document: document})
	}
	return p
}

func TestPoliciesOfPrincipals(t *testing.T) {
	rows, dev, _, update := twoUsers(t)
	ops := &iam.Group{Account: dev.Account, Name: "ops", ID: "AGPAops", Permissions: iam.Permissions{
		Inline: []iam.Inline{{Name: "logs", Document: allow("logs:*")}}, Attached: []string{deployARN, ecsFull},
	}}
	dev = &iam.User{Account: dev.Account, Name: dev.Name, ID: dev.ID, Groups: []string{ops.ID}, Permissions: iam.Permissions{
		Inline: []iam.Inline{{Name: "own", Document: allow("s3:*")}}, Attached: []string{deployARN, backupAccess}, PermissionsBoundary: deletedARN,
	}}
	role := &iam.Role{Account: dev.Account, Name: "task", Permissions: iam.Permissions{Attached: []string{deployARN}, PermissionsBoundary: ecsFull}}
	put := func(p *iam.Policy) { update(func(tx *store.Tx) { iam.Policies.Put(tx, p) }) }
	put(deploy("v1", allow("ecs:RunTask"), allow("ecs:StopTask")))
	update(func(tx *store.Tx) {
		iam.Groups.Put(tx, ops)
		iam.Users.Put(tx, dev)
	})

	identity, boundary := iam.PoliciesOfUser(rows.Read(), dev)
	want := []string{"own", deployARN, backupAccess + "?", "logs", ecsFull}
	if got := names(identity); !slices.Equal(got, want) || boundary == nil || boundary.Name != deletedARN || boundary.Policy != nil {
		t.Errorf("dev has %v, want %v; the boundary is %+v", got, want, boundary)
	}
	if got := names(iam.PoliciesOfGroup(rows.Read(), ops)); !slices.Equal(got, []string{"logs", deployARN, ecsFull}) {
		t.Errorf("ops has %v", got)
	}
	may := func(action string) bool {
		identity, boundary := iam.PoliciesOfRole(rows.Read(), role)
		return policy.Decide(policy.Request{Action: action, Resource: "*", Principal: policy.Principal{Account: dev.Account.ID}},
			policy.Policies{Identity: identity, Boundary: boundary}).Allowed
	}
	if !may("ecs:RunTask") || may("ecs:StopTask") {
		t.Error("the default version does not count")
	}
	put(deploy("v2", allow("ecs:RunTask"), allow("ecs:StopTask")))
	if may("ecs:RunTask") || !may("ecs:StopTask") {
		t.Error("the new default version does not count")
	}
}

// BenchmarkPoliciesOfRole gathers ten policies among ten thousand.
func BenchmarkPoliciesOfRole(b *testing.B) {
	rows, err := store.Open(store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	role := &iam.Role{Account: iam.Account{Partition: "aws", ID: "111122223333"}, Name: "task"}
	err = rows.Update(func(tx *store.Tx) error {
		for i := range 10_000 {
			p := deploy("v1", allow(fmt.Sprint("ecs:RunTask", i)))
			p.Name = fmt.Sprint("deploy-", i)
			iam.Policies.Put(tx, p)
			if i%1000 == 0 {
				role.Attached = append(role.Attached, p.ARN())
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if identity, _ := iam.PoliciesOfRole(rows.Read(), role); len(identity) != 10 || identity[9].Policy == nil {
			b.Fatal(names(identity))
		}
	}
}
