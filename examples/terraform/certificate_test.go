package terraform

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"
)

// TestCertificates requests and imports certificates, imports one in the place of another, and
// finds them by their names.
func TestCertificates(t *testing.T) {
	t.Parallel()
	asRoot(t, runCertificates)
}

func runCertificates(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/certificate"))
	p.attach()

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if second := p.change("apply", "-var=release=2"); second.Change != 3 || second.Add+second.Remove > 0 {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")
	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	left, err := acm.NewFromConfig(srv.Config()).ListCertificates(t.Context(), &acm.ListCertificatesInput{
		Includes: &types.Filters{KeyTypes: types.KeyAlgorithm("").Values()},
	})
	if err != nil || len(left.CertificateSummaryList) > 0 {
		t.Errorf("certificates are left: %+v, %v", left, err)
	}
}
