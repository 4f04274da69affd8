//go:build !linux

package docker

import (
	"errors"
	"io"
)

var errNoHostRoutes = errors.New("this host does not run Linux")

func hostRoutes() ([]hostRoute, error) { return nil, errNoHostRoutes }
func addHostRoute(hostRoute) error     { return errNoHostRoutes }
func removeHostRoute(hostRoute) error  { return errNoHostRoutes }
func mayRoute() error                  { return errNoHostRoutes }
func claimHost() (io.Closer, error)    { return nil, errNoHostRoutes }
