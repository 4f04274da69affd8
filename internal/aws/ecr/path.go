package ecr

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// A registry at one host has the repositories of all accounts and regions. A login is for a host, so the path says
// whose repository it is: the name alone at home, where requests belong that say no account and region, and
// <account>/<region>/<name> elsewhere.
var pathElsewhere = lazyregexp.New(`^([0-9]{12})/([a-z]{2,}(?:-[a-z0-9]+)+)/(.+)$`)

// Path is where the registry has a repository.
func (r *Repository) Path(home arn.Scope) string {
	if r.Scope == home {
		return r.Name
	}
	return r.Scope.Account + "/" + r.Scope.Region + "/" + r.Name
}

// ReadPath reads the account, the region and the name of the repository that a path is for.
func ReadPath(path string, home arn.Scope) (s arn.Scope, name string) {
	if parts := pathElsewhere.FindStringSubmatch(path); parts != nil {
		return arn.Scope{Account: parts[1], Region: parts[2]}, parts[3]
	}
	return home, path
}

// Naming says which URIs repositories have.
type Naming struct {
	// Home is the account and region of paths that have none.
	Home arn.Scope
	// Address is where the engine reaches the registry: "127.0.0.1:4577". The engine may be asked.
	Address func(context.Context) string
	// AWS is for names as on AWS, which no engine can push to.
	AWS bool
}

// URI is where an engine pushes images of a repository to and pulls them from.
func (n Naming) URI(ctx context.Context, r *Repository) string {
	if n.AWS {
		return r.AWSName()
	}
	return n.Address(ctx) + "/" + r.Path(n.Home)
}
