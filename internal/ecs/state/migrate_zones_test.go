package state

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The counts of files from before have no zones.
func TestCountsByPlaceGetZones(t *testing.T) {
	s := openAt(t, unpacked(t, "testdata/format0.db.gz"))
	defer s.Close()
	service := AllServices(s.Read())[0]
	want := []PlacedCounts{{
		DeploymentID: service.Primary().ID, SubnetID: "subnet-0123abcd", Zone: "us-east-1a", CapacityProvider: "FARGATE_SPOT", Active: 2,
	}}
	if diff := cmp.Diff(want, FindServiceSummary(s.Read(), service.ARN).Placed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
