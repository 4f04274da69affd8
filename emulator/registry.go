package emulator

import (
	"fmt"
	"net"
	"strconv"
)

// awsURI is the value of Options.RepositoryURI for AWS's form.
const awsURI = "aws"

func (o Options) checkRepositoryURI() error {
	if o.RepositoryURI != "" && o.RepositoryURI != awsURI {
		return fmt.Errorf("the repository URI is %q or nothing, not %q", awsURI, o.RepositoryURI)
	}
	return nil
}

// checkRegistryAddress refuses what no name of an image can begin with.
func (o Options) checkRegistryAddress() error {
	if o.RegistryAddress == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(o.RegistryAddress)
	if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || host == "" || wrong != nil || n == 0 {
		return fmt.Errorf("the address of the registry is a host with a port, such as 127.0.0.1:5000, not %q", o.RegistryAddress)
	}
	return nil
}

// Registry is the address of the registry of container images, for docker login: "127.0.0.1:4577". The engine reaches it
// there; see Options.RegistryAddress. The password is in the answer of ECR's GetAuthorizationToken.
func (s *Server) Registry() string { return s.parts.images.Address(s.closing) }

// RepositoryURI is where to push images of a repository of Amazon ECR in the emulator's account and region, without the tag:
// "127.0.0.1:4577/web". It is the repositoryUri of a repository that is there; see Options.RepositoryURI.
func (s *Server) RepositoryURI(name string) string { return s.parts.images.URI(s.closing, name) }
