package registry

import (
	"context"
	"iter"
	"slices"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
)

// Repositories implements ociregistry.Interface: the paths of all repositories of the login's account.
func (r *registry) Repositories(ctx context.Context, after string) iter.Seq2[string, error] {
	const action = "DescribeRepositories"
	x := requestOf(ctx)
	all := &ecr.Repository{Scope: x.login.Scope(), Name: "*"}
	if err := r.fault(ctx, all, action); err != nil {
		return failed[string](err)
	}
	if err := r.allow(ctx, all, action); err != nil {
		return failed[string](err)
	}
	var paths []string
	for _, found := range ecr.Repositories.Table.List(r.Store.Read(), "") {
		if path := found.Path(r.Home); found.Scope.Account == x.login.Account && path > after {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return each(paths)
}

// Tags implements ociregistry.Interface. All together stand in the order in which they were given (ECR-11), and pages
// in the order of OCI's specification, in which a page goes on also after a tag that has gone.
func (r *registry) Tags(ctx context.Context, path, after string) iter.Seq2[string, error] {
	found, err := r.repository(ctx, path, "ListImages")
	if err != nil {
		return failed[string](err)
	}
	var names []string
	for _, t := range ecr.TagsInOrder(r.Store.Read(), found) {
		if t.Name > after {
			names = append(names, t.Name)
		}
	}
	if most := requestOf(ctx).pageSize; after != "" || most > 0 && most < len(names) {
		slices.Sort(names)
	}
	return each(names)
}

// Referrers implements ociregistry.Interface.
func (r *registry) Referrers(ctx context.Context, path string, digest ociregistry.Digest, artifactType string) iter.Seq2[ociregistry.Descriptor, error] {
	found, err := r.repository(ctx, path, "ListImageReferrers")
	if err != nil {
		return failed[ociregistry.Descriptor](err)
	}
	var all []ociregistry.Descriptor
	for _, i := range ecr.Referrers(r.Store.Read(), found, string(digest)) {
		if artifactType == "" || artifactType == i.ArtifactType {
			d := imageDescriptor(i)
			d.ArtifactType, d.Annotations = i.ArtifactType, i.Annotations
			all = append(all, d)
		}
	}
	return each(all)
}

func each[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}

func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}
