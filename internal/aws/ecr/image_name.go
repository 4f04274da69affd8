package ecr

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ImageName is an image in a registry of Amazon ECR, as a task definition names it.
type ImageName struct {
	Scope      arn.Scope
	Repository string
	Tag        string // latest, where neither is given
	Digest     string // empty: the tag says which
}

// awsHost is the host of a registry at AWS. Source: Amazon ECR service endpoints, and those that are dual-stack or FIPS.
var awsHost = lazyregexp.New(`^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$`)

// ReadImageName reads the name of an image that is in ECR: at AWS's host of an account and a region, or at one of the
// hosts under which the emulator's own registry is reached, where the path says whose repository it is.
func ReadImageName(image string, home arn.Scope, hosts []string) (ImageName, bool) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ImageName{}, false
	}
	var found ImageName
	host, path := reference.Domain(named), reference.Path(named)
	if at := awsHost.FindStringSubmatch(host); at != nil {
		found.Scope, found.Repository = arn.Scope{Account: at[1], Region: at[2]}, path
	} else if hasHost(hosts, host) {
		found.Scope, found.Repository = ReadPath(path, home)
	} else {
		return ImageName{}, false
	}
	if digested, ok := named.(reference.Digested); ok {
		found.Digest = digested.Digest().String()
	}
	if tagged, ok := named.(reference.Tagged); ok {
		found.Tag = tagged.Tag()
	} else if found.Digest == "" {
		found.Tag = "latest"
	}
	return found, true
}

// Pushed returns the repository of a name if anything was ever pushed to it, or nil. Until then the name may be of another
// registry, or of an image at the engine.
func (n ImageName) Pushed(tx *store.Tx) *Repository {
	r := Repositories.Find(tx, n.Scope, n.Repository)
	if r == nil || r.PushedAt.IsZero() {
		return nil
	}
	return r
}

// IsAt reports whether the name of an image begins with one of some hosts.
func IsAt(hosts []string, image string) bool {
	host, _, more := strings.Cut(image, "/")
	return more && hasHost(hosts, host)
}

func hasHost(hosts []string, host string) bool {
	for _, each := range hosts {
		if strings.EqualFold(each, host) {
			return true
		}
	}
	return false
}
