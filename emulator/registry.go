package emulator

import (
	"fmt"
	"strings"
)

// awsURI is the value of Options.RepositoryURI for AWS's form.
const awsURI = "aws"

func (o Options) checkRepositoryURI() error {
	if o.RepositoryURI != "" && o.RepositoryURI != awsURI {
		return fmt.Errorf("the repository URI is %q or nothing, not %q", awsURI, o.RepositoryURI)
	}
	return nil
}

// registryAddress is where repositories are that repositoryUri tells of.
func (s *Server) registryAddress() string { return strings.TrimPrefix(s.URL(), "http://") }
