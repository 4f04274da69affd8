package arn_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

func TestARNsTellTheirScope(t *testing.T) {
	for _, scope := range []arn.Scope{{"us-east-1", "000000000000"}, {"cn-north-1", "123456789012"}, {"us-gov-west-1", "123456789012"}} {
		for _, made := range []string{
			scope.Cluster("shop"), scope.Service("shop", "web"), scope.Task("shop", "0123"), scope.Container("shop", "0123", "4567"),
			scope.TaskDefinition("web", 7), scope.ContainerInstance("shop", "0123"), scope.CapacityProvider("FARGATE"),
			scope.ServiceDeployment("shop", "web", "89"), scope.ServiceRevision("shop", "web", "89"),
			scope.TaskSet("shop", "web", "ecs-svc/89"),
		} {
			if got := arn.ScopeOf(made); got != scope {
				t.Errorf("%s is of %+v, want %+v", made, got, scope)
			}
			if parsed, ok := arn.Parse(made); !ok || !scope.Owns(parsed) {
				t.Errorf("%s is parsed as %+v, %t", made, parsed, ok)
			}
		}
	}
	if allocs := testing.AllocsPerRun(10, func() { arn.ScopeOf("arn:aws:ecs:us-east-1:000000000000:task/shop/0123") }); allocs > 0 {
		t.Errorf("%.0f allocations for a scope", allocs)
	}
}

func TestARNsOfOthersAreNotOwned(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	for _, other := range []string{
		"arn:aws:ecs:us-east-1:999999999999:cluster/shop", "arn:aws:ecs:us-east-2:123456789012:cluster/shop",
		"arn:aws-cn:ecs:us-east-1:123456789012:cluster/shop", "arn:aws:s3:us-east-1:123456789012:cluster/shop",
	} {
		if parsed, ok := arn.Parse(other); !ok || scope.Owns(parsed) {
			t.Errorf("%s is parsed as %+v, %t", other, parsed, ok)
		}
	}
}

// The numbers come from recorded runtimeIds (ECS0071).
func TestRuntimeID(t *testing.T) {
	for name, number := range map[string]string{
		"main": "3935363592", "init": "0380752755", "nonessential": "1585788040", "identity": "2839884955",
		"dependent": "1756339920", "provider": "3082861500", "bounds": "1029089800", "probe": "2112007601",
	} {
		if got := arn.RuntimeID("7f3a", name); got != "7f3a-"+number {
			t.Errorf("%s: %s", name, got)
		}
	}
}
