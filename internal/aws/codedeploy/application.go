// Package codedeploy has the rows of AWS CodeDeploy: applications, their deployment groups and revisions, deployment
// configurations, and deployments with what becomes of them.
package codedeploy

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Applications are the applications of accounts and regions, by their names.
var Applications = store.NewScoped("codedeploy-application", applicationARN, (*Application).ARN)

// Application has deployment groups and revisions. Handlers write it.
type Application struct {
	Scope     arn.Scope
	Name, ID  string
	Platform  types.ComputePlatform
	CreatedAt time.Time
	Tags      []types.Tag
}

// ARN has the form of the Service Authorization Reference, as all ARNs of this package.
func (a *Application) ARN() string { return applicationARN(a.Scope, a.Name) }

func applicationARN(s arn.Scope, name string) string { return prefix(s) + "application:" + name }

// prefix is what the ARNs of a scope begin with.
func prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":codedeploy:" + s.Region + ":" + s.Account + ":"
}

// In is an application by its name, as the place of what belongs to it.
type In struct {
	Scope       arn.Scope
	Application string
}

// Contents is the place of what belongs to the application.
func (a *Application) Contents() In { return In{a.Scope, a.Name} }

// DeleteApplication removes an application with its deployment groups and revisions. Deployments stay, and those under way
// go on.
func DeleteApplication(tx *store.Tx, a *Application) {
	for _, g := range Groups.List(tx, a.Contents()) {
		Groups.Delete(tx, g)
	}
	for _, r := range Revisions.List(tx, a.Contents()) {
		Revisions.Delete(tx, r)
	}
	Applications.Delete(tx, a)
}

// RenameApplication gives an application another name, and with it all that belongs to it.
func RenameApplication(tx *store.Tx, a *Application, name string) {
	from, renamed := a.Contents(), *a
	renamed.Name = name
	for _, g := range Groups.List(tx, from) {
		moved := *g
		moved.Application = name
		replaceGroup(tx, g, &moved)
	}
	for _, r := range Revisions.List(tx, from) {
		Revisions.Delete(tx, r)
		moved := *r
		moved.Application = name
		Revisions.Put(tx, &moved)
	}
	Applications.Delete(tx, a)
	Applications.Put(tx, &renamed)
}
