"""Calls each operation of Cloud Map, and says what it did not expect."""

from expect import client, pages, refused, same

discovery = client("servicediscovery")


def done(answer):
    operation = discovery.get_operation(OperationId=answer["OperationId"])["Operation"]
    same(operation["Status"], "SUCCESS")
    return operation["Targets"]


def namespaces():
    http = done(discovery.create_http_namespace(Name="calls", Tags=[{"Key": "stage", "Value": "test"}]))["NAMESPACE"]
    private = done(discovery.create_private_dns_namespace(Name="shop.local", Vpc="vpc-1"))["NAMESPACE"]
    public = done(discovery.create_public_dns_namespace(Name="example.com"))["NAMESPACE"]
    try:
        discovery.create_http_namespace(Name="calls")
    except discovery.exceptions.NamespaceAlreadyExists as taken:
        same(taken.response["NamespaceId"], http)
    else:
        raise AssertionError("two namespaces have a name")
    done(discovery.update_http_namespace(Id=http, Namespace={"Description": "d"}))
    soa = {"DnsProperties": {"SOA": {"TTL": 30}}}
    done(discovery.update_private_dns_namespace(Id=private, Namespace={"Properties": soa}))
    done(discovery.update_public_dns_namespace(Id=public, Namespace={"Description": "d", "Properties": soa}))
    same(discovery.get_namespace(Id=private)["Namespace"]["Properties"]["DnsProperties"]["SOA"]["TTL"], 30)
    found = pages(discovery, "list_namespaces", "Namespaces", Filters=[{"Name": "TYPE", "Values": ["DNS"], "Condition": "BEGINS_WITH"}])
    same({n["Name"] for n in found}, {"shop.local", "example.com"})
    arn = discovery.get_namespace(Id=http)["Namespace"]["Arn"]
    discovery.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": ""}])
    discovery.untag_resource(ResourceARN=arn, TagKeys=["stage"])
    same(discovery.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "a", "Value": ""}])
    done(discovery.delete_namespace(Id=public))
    return http, private


def services(http, private):
    records = [{"Type": "SRV", "TTL": 60}]
    api = discovery.create_service(Name="api", NamespaceId=private, DnsConfig={"DnsRecords": records}, HealthCheckCustomConfig={})["Service"]
    plain = discovery.create_service(Name="plain", NamespaceId=http)["Service"]
    try:
        discovery.create_service(Name="api", NamespaceId=private)
    except discovery.exceptions.ServiceAlreadyExists as taken:
        same((taken.response["ServiceId"], taken.response["ServiceArn"]), (api["Id"], api["Arn"]))
    else:
        raise AssertionError("two services have a name")
    same(len(pages(discovery, "list_services", "Services")), 2)
    discovery.update_service_attributes(ServiceId=plain["Id"], Attributes={"a": "1", "b": "2"})
    discovery.delete_service_attributes(ServiceId=plain["Id"], Attributes=["a"])
    same(discovery.get_service_attributes(ServiceId=plain["Arn"])["ServiceAttributes"]["Attributes"], {"b": "2"})
    done(discovery.update_service(Id=api["Id"], Service={"DnsConfig": {"DnsRecords": [{"Type": "SRV", "TTL": 5}]}}))
    same(discovery.get_service(Id=api["Id"])["Service"]["DnsConfig"]["DnsRecords"][0]["TTL"], 5)
    discovery.delete_service(Id=plain["Id"])
    return api["Id"]


def instances(service):
    for name in "one", "two":
        done(discovery.register_instance(ServiceId=service, InstanceId=name, Attributes={"AWS_INSTANCE_IPV4": "10.0.0.1", "AWS_INSTANCE_PORT": "80", "name": name}))
    same([i["Id"] for i in pages(discovery, "list_instances", "Instances", ServiceId=service)], ["one", "two"])
    same(discovery.get_instance(ServiceId=service, InstanceId="one")["Instance"]["Attributes"]["name"], "one")
    discovery.update_instance_custom_health_status(ServiceId=service, InstanceId="one", Status="UNHEALTHY")
    same(discovery.get_instances_health_status(ServiceId=service)["Status"], {"one": "UNHEALTHY", "two": "HEALTHY"})
    found = discovery.discover_instances(NamespaceName="shop.local", ServiceName="api", QueryParameters={"AWS_INSTANCE_PORT": "80"})
    same([i["InstanceId"] for i in found["Instances"]], ["two"])
    revision = discovery.discover_instances_revision(NamespaceName="shop.local", ServiceName="api")["InstancesRevision"]
    same(revision, found["InstancesRevision"])
    for name in "one", "two":
        done(discovery.deregister_instance(ServiceId=service, InstanceId=name))
    assert discovery.discover_instances_revision(NamespaceName="shop.local", ServiceName="api")["InstancesRevision"] > revision
    discovery.delete_service(Id=service)
    refused("ServiceNotFound", f"Service {service} does not exist.", discovery.get_service, Id=service)
    same(len(pages(discovery, "list_operations", "Operations", Filters=[{"Name": "SERVICE_ID", "Values": [service]}])), 5)


instances(services(*namespaces()))
print("done")
