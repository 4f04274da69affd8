package iam

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// putInline adds an inline policy, or replaces the one with its name. Source of the text about
// the quota: field reports.
func (k *kind[R]) putInline(ctx context.Context, a *API, name, policy, document *string) error {
	err := k.changePolicies(ctx, a, name, func(_ *store.Tx, p *iam.Permissions) error {
		if why := iam.CheckInlinePolicy(*document, account(ctx).Partition); why != "" {
			return malformedPolicy(why)
		}
		put := iam.Inline{Name: *policy, Document: *document}
		p.Inline = slices.Clone(p.Inline)
		if i, found := p.FindInline(put.Name); found {
			put.Name = p.Inline[i].Name
			p.Inline[i] = put
		} else {
			p.Inline = slices.Insert(p.Inline, i, put)
		}
		total := 0
		for _, each := range p.Inline {
			total += size(each.Document)
		}
		if total > k.maxInline {
			return limitExceeded("Maximum policy size of %d bytes exceeded for %s %s", k.maxInline, k.word, *name)
		}
		return nil
	})
	a.Stored.Tell(err, *policy+" of the "+k.word+" "+*name, document)
	return err
}

// getInline returns the name of an entity and the document of an inline policy of it.
func (k *kind[R]) getInline(ctx context.Context, a *API, name, policy *string) (of, document *string, err error) {
	found, err := k.read(ctx, a, name)
	if err != nil {
		return nil, nil, err
	}
	p := k.permissions(found)
	i, ok := p.FindInline(*policy)
	if !ok {
		return nil, nil, k.noSuchPolicy(*policy)
	}
	called := k.name(found)
	return &called, escaped(p.Inline[i].Document), nil
}

func (k *kind[R]) noSuchPolicy(name string) error {
	return noSuchEntity("The %s policy with name %s cannot be found.", k.word, name)
}

// listInline is the answer's part of each list of inline policies.
func (k *kind[R]) listInline(ctx context.Context, a *API, name, marker *string, maxItems *int32) ([]string, bool, *string, error) {
	found, err := k.read(ctx, a, name)
	if err != nil {
		return nil, false, nil, err
	}
	names := convert(k.permissions(found).Inline, func(p iam.Inline) string { return p.Name })
	return pageOf(names, func(name string) string { return name }, marker, maxItems)
}

// deleteInline removes an inline policy.
func (k *kind[R]) deleteInline(ctx context.Context, a *API, name, policy *string) error {
	return k.changePolicies(ctx, a, name, func(_ *store.Tx, p *iam.Permissions) error {
		i, found := p.FindInline(*policy)
		if !found {
			return k.noSuchPolicy(*policy)
		}
		p.Inline = slices.Delete(slices.Clone(p.Inline), i, i+1)
		return nil
	})
}
