package state

import (
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TestDeploymentsAreRecorded follows the rows of two deployments, of which the second
// replaces the first, through a restart and to their end.
func TestDeploymentsAreRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := openAt(t, path)
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.UnixMilli(1_700_000_000_123).UTC()
	monitoring := &types.MonitoringConfiguration{MetricConfigurations: []types.MetricConfiguration{
		{MetricNames: []string{"CPUUtilization"}, ResolutionSeconds: aws.Int32(20)},
	}}
	service := &Service{ARN: scope.Service("c", "web"), Name: "web", ClusterARN: scope.Cluster("c"), Deployments: []*Deployment{
		{Generation: Generation{ID: "ecs-svc/0123456789012345678", CreatedAt: now, Revision: &ServiceRevision{TaskDefinition: "web:1"}}},
	}}
	update(t, s, func(tx *store.Tx) { PutService(tx, service) })
	updated := service.Clone()
	updated.Deployments = append([]*Deployment{{Generation: Generation{ID: "ecs-svc/1", CreatedAt: now.Add(1), Revision: &ServiceRevision{
		TaskDefinition: "web:2", Monitoring: monitoring, ServiceTraffic: ServiceTraffic{LoadBalancers: []types.LoadBalancer{}},
		ContainerImages: []types.ContainerImage{{ContainerName: aws.String("app"), Image: aws.String("app:2")}},
	}}}}, updated.Deployments...)
	update(t, s, func(tx *store.Tx) {
		begun := FindServiceDeployment(tx, updated.Deployments[1].ServiceDeploymentARN).Clone()
		begun.StartedAt = now
		PutServiceDeployment(tx, begun)
		PutService(tx, updated)
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = openAt(t, path)
	defer s.Close()
	tx := s.Read()
	front, old := FindService(tx, service.ARN).Deployments[0], FindService(tx, service.ARN).Deployments[1]
	if want := scope.ServiceRevision("c", "web", "0123456789012345678"); old.Revision.ARN != want {
		t.Errorf("the revision is %s, want %s", old.Revision.ARN, want)
	}
	revision := FindServiceRevision(tx, front.Revision.ARN)
	if !reflect.DeepEqual(monitoring, revision.Monitoring) || revision.LoadBalancers == nil || len(revision.ContainerImages) != 1 {
		t.Errorf("revision %+v", revision)
	}
	record := FindServiceDeployment(tx, front.ServiceDeploymentARN)
	if record.Status != types.ServiceDeploymentStatusPending || record.Target.ARN != front.Revision.ARN ||
		len(record.Sources) != 1 || record.Sources[0].ARN != old.Revision.ARN {
		t.Errorf("service deployment %+v", record)
	}
	if got := ServiceDeployments(tx, service.ARN); len(got) != 2 {
		t.Errorf("%d service deployments", len(got))
	}

	before := FindService(tx, service.ARN)
	after := before.Clone()
	after.Deployments = after.Deployments[:1]
	update(t, s, func(tx *store.Tx) {
		Retire(tx, before, after, now)
		PutService(tx, after)
		ForgetServiceDeployments(tx, now.Add(1))
	})
	tx = s.Read()
	if FindServiceRevision(tx, old.Revision.ARN) != nil || FindServiceDeployment(tx, old.ServiceDeploymentARN) != nil ||
		FindServiceRevision(tx, front.Revision.ARN) == nil || FindServiceDeployment(tx, front.ServiceDeploymentARN) == nil {
		t.Error("what the service lists is kept, and the rest forgotten in time")
	}
	update(t, s, func(tx *store.Tx) { ForgetServiceHistory(tx, service.ARN) })
	if tx := s.Read(); FindServiceRevision(tx, front.Revision.ARN) != nil || len(ServiceDeployments(tx, service.ARN)) > 0 {
		t.Error("a former life is remembered")
	}
}

func TestRetiredServiceDeploymentsAreBounded(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "state.db"))
	defer s.Close()
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.UnixMilli(1_700_000_000_123).UTC()
	put := func(tx *store.Tx, i int, retired time.Time) {
		id := strconv.Itoa(i)
		serviceDeployments.Put(tx, &ServiceDeployment{ARN: scope.ServiceDeployment("c", "web", id), RetiredAt: retired})
		serviceRevisions.Put(tx, &ServiceRevision{ARN: scope.ServiceRevision("c", "web", id), RetiredAt: retired})
	}
	update(t, s, func(tx *store.Tx) {
		put(tx, 0, time.Time{}) // the service lists it
		for i := range maxRetired {
			put(tx, i+1, now.Add(time.Duration(i)))
		}
	})
	update(t, s, func(tx *store.Tx) { put(tx, maxRetired+1, now.Add(time.Hour)) })
	tx := s.Read()
	for id, want := range map[string]bool{"0": true, "1": false, "2": true, strconv.Itoa(maxRetired + 1): true} {
		d, r := FindServiceDeployment(tx, scope.ServiceDeployment("c", "web", id)), FindServiceRevision(tx, scope.ServiceRevision("c", "web", id))
		if (d != nil) != want || (r != nil) != want {
			t.Errorf("%s is kept: %t, %t, want %t", id, d != nil, r != nil, want)
		}
	}
}

// What becomes known of a service deployment wakes its service, whichever member that is.
func TestWatchOfServicesWakesForTheirServiceDeployments(t *testing.T) {
	s := newStore(t)
	update(t, s, func(tx *store.Tx) { PutServiceDeployment(tx, &ServiceDeployment{ARN: "d", ServiceARN: "web"}) })
	w := WatchServices(s, 0)
	update(t, s, func(tx *store.Tx) {
		d := FindServiceDeployment(tx, "d").Clone()
		d.StatusReason = "a hook has answered"
		PutServiceDeployment(tx, d)
	})
	if id, err := w.Next(t.Context()); err != nil || id != "web" {
		t.Errorf("woken for %q, %v", id, err)
	}
}
