package ecr

import "github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"

// registryPath is how names begin that are of the repositories of another registry.
var registryPath = lazyregexp.New(`^[0-9]{12}/[a-z]{2,}(-[a-z0-9]+)+/`)

// NamesRegistry reports whether a name begins with an account and a region: there the registry has the repositories of
// other accounts and regions.
func NamesRegistry(name string) bool { return registryPath.MatchString(name) }

// AWSName is the name of a repository on AWS, with its host.
func (r *Repository) AWSName() string {
	domain := ".amazonaws.com"
	if r.Scope.Partition() == "aws-cn" {
		domain += ".cn"
	}
	return r.Scope.Account + ".dkr.ecr." + r.Scope.Region + domain + "/" + r.Name
}
