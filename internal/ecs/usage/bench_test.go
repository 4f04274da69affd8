package usage

import (
	"fmt"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A minute of twenty services with three tasks each, of two containers.
func BenchmarkCollect(b *testing.B) {
	w := newWorld(b, nil)
	for i := range 20 {
		name := fmt.Sprintf("service-%d", i)
		w.update(func(tx *store.Tx) {
			state.PutService(tx, &state.Service{
				ARN: scope.Service("c", name), Name: name, ClusterARN: clusterARN, CreatedAt: began,
				Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/" + name, CreatedAt: began, Revision: &state.ServiceRevision{}}, Primary: true}},
			})
		})
		for j := range 3 {
			id := fmt.Sprintf("%d-%d", i, j)
			w.run(id, func(t *state.Task) {
				t.Spec.ServiceARN, t.Spec.DeploymentID = scope.Service("c", name), "ecs-svc/"+name
			})
			w.usage[id+"-app"], w.usage[id+"-side"] = simulated(0.1, 100), simulated(0.1, 100)
		}
	}
	for b.Loop() {
		end := began.Add(Minute)
		if data := w.source.Collect(b.Context(), collection.Window{From: began, To: end, Tick: true}); len(data) != 60 {
			b.Fatalf("%d data", len(data))
		}
	}
}
