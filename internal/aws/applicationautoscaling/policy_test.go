package applicationautoscaling_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// An alarm names a policy by its ARN, and a managed one by that with who made it. Names may have what ARNs are made of.
func TestPoliciesByARN(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scope := arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	target := &applicationautoscaling.Target{ID: "0ec5247ededcff954b14828fc1599d6d9efb"}
	if id := target.UUID(); id != "247ededc-ff95-4b14-828f-c1599d6d9efb" {
		t.Fatal(id)
	}
	for _, name := range []string{"cpu", "a:policyName/b", "a:createdBy/b"} {
		p := &applicationautoscaling.Policy{Of: applicationautoscaling.ResourceOfService(scope.Service("c", "web")), TargetID: target.UUID(), Name: name, CreatedBy: "uuid"}
		if err := s.Update(func(tx *store.Tx) error { applicationautoscaling.Policies.Put(tx, p); return nil }); err != nil {
			t.Fatal(err)
		}
		for of, found := range map[string]bool{
			p.ARN(): true, p.ActionARN(): true, p.ARN() + ":createdBy/other": false, p.ARN() + "x": false, "arn:aws:sns:eu-west-1:123456789012:topic": false, "": false,
		} {
			if got := applicationautoscaling.PolicyByARN(s.Read(), scope, of); got != nil != found {
				t.Errorf("%s: found %t", of, got != nil)
			}
		}
	}
	other := applicationautoscaling.ResourceOfService(scope.Service("c", "we"))
	if got := applicationautoscaling.Policies.List(s.Read(), other); len(got) > 0 {
		t.Errorf("policies of another service: %v", got)
	}
}
