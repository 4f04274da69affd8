package state

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestLaunchTypeOfARevisionsTasks(t *testing.T) {
	strategy := func(providers ...string) *ServiceRevision {
		r := &ServiceRevision{}
		for _, p := range providers {
			r.CapacityProviderStrategy = append(r.CapacityProviderStrategy, types.CapacityProviderStrategyItem{CapacityProvider: aws.String(p)})
		}
		return r
	}
	for _, test := range []struct {
		revision *ServiceRevision
		want     types.LaunchType
	}{
		{&ServiceRevision{LaunchType: types.LaunchTypeFargate}, types.LaunchTypeFargate},
		{&ServiceRevision{LaunchType: types.LaunchTypeExternal}, types.LaunchTypeExternal},
		{strategy("FARGATE", "FARGATE_SPOT"), types.LaunchTypeFargate},
		{strategy("my-instances"), types.LaunchTypeEc2},
	} {
		if got := test.revision.TasksLaunchType(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.revision, got, test.want)
		}
	}
}
