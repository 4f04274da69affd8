// Package reservation has ids of deployments that ECS is yet to make of a service: an answer may name the service revision before
// the deployment is there, since both have the same digits.
package reservation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var reservations = store.NewTable("deployment-reservation", func(r *Reservation) string { return r.ServiceARN })

// Reservation is of the next deployment that ECS itself makes of a service, which may not be there yet.
type Reservation struct {
	ServiceARN   string
	DeploymentID string
}

// Revision reserves a deployment of a service, and returns the ARN that its service revision will have. It takes the place of one
// that is reserved already: two updates in a row may be one deployment.
func Revision(tx *store.Tx, serviceARN string) (revisionARN string) {
	r := &Reservation{serviceARN, arn.NewDeploymentID()}
	reservations.Put(tx, r)
	return state.RevisionARN(serviceARN, r.DeploymentID)
}

// Take ends the reservation of a service, and returns the id of the deployment; empty if none is reserved.
func Take(tx *store.Tx, serviceARN string) (deploymentID string) {
	r := reservations.Get(tx, serviceARN)
	if r == nil {
		return ""
	}
	reservations.Delete(tx, r)
	return r.DeploymentID
}
