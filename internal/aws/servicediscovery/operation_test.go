package servicediscovery_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// in changes an empty store.
func in(t *testing.T, change func(tx *store.Tx)) {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// Operations go when they are old, and the oldest when there are more than are kept.
func TestOperationsAreForgotten(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_ = s.Update(func(tx *store.Tx) error {
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		for i := range 10_003 {
			at := now.Add(time.Duration(i) * time.Second)
			servicediscovery.Operations.Put(tx, &servicediscovery.Operation{Scope: scope, ID: fmt.Sprint(i), CreatedAt: at, UpdatedAt: at})
		}
		servicediscovery.ForgetOperations(tx, now.Add(time.Second))
		return nil
	})
	for id, kept := range map[string]bool{"0": false, "2": false, "3": true, "10002": true} {
		if got := servicediscovery.Operations.Find(s.Read(), scope, id) != nil; got != kept {
			t.Errorf("operation %s: kept %v", id, got)
		}
	}
	if n := len(servicediscovery.Operations.List(s.Read(), scope)); n != 10_000 {
		t.Errorf("%d operations are kept", n)
	}
}

// A service counts its instances; changes of health are in the revision that is pushed, and not in that which is shown.
func TestRevisionsOfServices(t *testing.T) {
	in(t, func(tx *store.Tx) {
		service := servicediscovery.NewServiceARN(scope)
		servicediscovery.PutService(tx, &servicediscovery.Service{ARN: service, Name: "api"})
		first := servicediscovery.FindService(tx, service).InstancesRevision()
		check := func(revision, shown int64, count int) {
			t.Helper()
			if s := servicediscovery.FindService(tx, service); s.Revision != revision || s.InstancesRevision()-first != shown || s.InstanceCount != count {
				t.Errorf("revision %d, shown %d, %d instances; want %d, %d, %d", s.Revision, s.InstancesRevision()-first, s.InstanceCount, revision, shown, count)
			}
		}
		servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: service, ID: "i", Health: "HEALTHY"})
		check(1, 1, 1)
		servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: service, ID: "i", Health: "HEALTHY"})
		check(2, 2, 1)
		servicediscovery.SetHealth(tx, service, "i", "HEALTHY")
		check(2, 2, 1)
		servicediscovery.SetHealth(tx, service, "i", "UNHEALTHY")
		check(3, 2, 1)
		if revision, ok := servicediscovery.Deregister(tx, service, "i"); revision != 4 || !ok {
			t.Errorf("revision %d, %v", revision, ok)
		}
		check(4, 3, 0)
		if _, ok := servicediscovery.Deregister(tx, service, "i"); ok {
			t.Error("an instance is gone twice")
		}
	})
}
