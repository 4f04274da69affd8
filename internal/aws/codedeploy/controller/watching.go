package controller

import (
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
)

// watching is which deployments heed what, while they are under way. Its zero value heeds nothing.
type watching struct {
	mu    sync.Mutex
	heeds map[string][]string        // ARNs, by the ids of deployments
	of    map[string]map[string]bool // ids of deployments, by ARNs
}

// begin has a deployment heed its service, its load balancers and its alarms.
func (w *watching) begin(d *codedeploy.Deployment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.heeds, w.of = map[string][]string{}, map[string]map[string]bool{}
	}
	if w.heeds[d.ID] != nil { // what it heeds never changes
		return
	}
	heeds := []string{d.ServiceARN}
	for _, listener := range run.Listeners(d) {
		heeds = append(heeds, loadBalancer(listener))
	}
	for _, name := range alarms(d) {
		heeds = append(heeds, cloudwatch.AlarmARN(d.Scope, name))
	}
	w.heeds[d.ID] = heeds
	for _, each := range heeds {
		if w.of[each] == nil {
			w.of[each] = map[string]bool{}
		}
		w.of[each][d.ID] = true
	}
}

// end has a deployment heed nothing.
func (w *watching) end(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, each := range w.heeds[id] {
		if delete(w.of[each], id); len(w.of[each]) == 0 {
			delete(w.of, each)
		}
	}
	delete(w.heeds, id)
}

// users are the ids of the deployments that heed what has an ARN.
func (w *watching) users(arn string) (ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.of[arn] {
		ids = append(ids, id)
	}
	return ids
}

// loadBalancer is the ARN of a listener's load balancer: its own has the parts of that.
func loadBalancer(listener string) string {
	parts := strings.Replace(listener, ":listener/", ":loadbalancer/", 1)
	return parts[:max(strings.LastIndexByte(parts, '/'), 0)]
}

// alarms are the names of the alarms that stop a deployment.
func alarms(d *codedeploy.Deployment) (names []string) {
	if c := d.Alarmed(); c != nil {
		for _, a := range c.Alarms {
			names = append(names, aws.ToString(a.Name))
		}
	}
	return names
}
