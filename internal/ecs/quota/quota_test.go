package quota_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
)

func TestQuotasThatMakeNoSense(t *testing.T) {
	for want, set := range map[string]map[string]int{
		`quota "vcpus" is unknown: there are fargate-vcpus, fargate-spot-vcpus, tasks-per-service, task-sets-per-service, container-instances-per-cluster, provisioning-tasks-per-cluster, express-services-per-load-balancer, gateway-routes-per-load-balancer, daemons-per-cluster, daemon-task-definition-revisions`: {"vcpus": 6},
		`quota express-services-per-load-balancer is 0: a load balancer has one service at least`: {"express-services-per-load-balancer": 0},
		`quota tasks-per-service is negative: -1`:                                                 {"tasks-per-service": -1},
	} {
		if _, err := quota.New(set); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestQuotasHaveDefaults(t *testing.T) {
	q, err := quota.New(map[string]int{"tasks-per-service": 3, "fargate-vcpus": 0})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		quota.Quotas
		quota.Name
		n    int
		want bool
	}{
		{nil, quota.TasksPerService, 5000, true}, {nil, quota.TasksPerService, 5001, false},
		{nil, quota.ProvisioningTasks, 501, false}, {nil, quota.ContainerInstances, 1 << 40, true}, {nil, quota.FargateVCPUs, 1 << 40, true},
		{q, quota.TasksPerService, 3, true}, {q, quota.TasksPerService, 4, false}, {q, quota.FargateVCPUs, 1, false},
	} {
		if got := c.Allows(c.Name, c.n); got != c.want {
			t.Errorf("%d of %s: %t", c.n, c.Name, got)
		}
	}
	if quota.Quotas(nil).LimitFargate() || !q.LimitFargate() {
		t.Error("LimitFargate is wrong")
	}
}
