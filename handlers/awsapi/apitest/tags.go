package apitest

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
)

// TagsByARN fails unless conditions see the same tags of each resource as the Resource Groups Tagging API lists. A service
// has at least some resources with tags here.
func (s *Scene) TagsByARN(service awsapi.Service, listed tagging.Service, least int) {
	s.T.Helper()
	seen := 0
	for _, source := range listed.Tagged() {
		for _, r := range source.Resources(s.Store.Read(), s.Scope) {
			seen++
			if got := service.Tags(r.ARN); !slices.Equal(got, r.Tags) {
				s.T.Errorf("conditions see %v of %s, listed are %v", got, r.ARN, r.Tags)
			}
			if got := service.Tags(r.ARN + "0"); len(got) > 0 {
				s.T.Errorf("conditions see %v of what is not there", got)
			}
		}
	}
	if seen < least {
		s.T.Errorf("%d resources have tags, want %d", seen, least)
	}
	if got := service.Tags("*"); len(got) > 0 {
		s.T.Errorf("conditions see %v of *", got)
	}
}
