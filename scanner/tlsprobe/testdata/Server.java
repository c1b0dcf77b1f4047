import java.io.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;

/**
 * A TLS server with the protocol versions and suites named, or with all that
 * the JDK has. For each version and suite it first shakes hands with itself,
 * in memory, and prints what succeeds as "accepts VERSION SUITE"; then it
 * prints "port N" and serves until standard input ends.
 *
 * Arguments: key store (PKCS#12, password "changeit"), protocols, suites; the
 * last two separated by commas, or "all"; and the port to serve on, if one is
 * asked for.
 */
class Server {
    private static SSLContext context;
    private static String[] protocols;
    private static String[] suites;

    public static void main(String[] args) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(args[0])) {
            keys.load(in, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), new TrustManager[] {new TrustAll()}, new SecureRandom());

        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(args.length > 3 ? Integer.parseInt(args[3]) : 0, 50, InetAddress.getLoopbackAddress());
        protocols = args[1].equals("all") ? server.getSupportedProtocols() : args[1].split(",");
        suites = args[2].equals("all") ? server.getSupportedCipherSuites() : args[2].split(",");
        server.setEnabledProtocols(protocols);
        server.setEnabledCipherSuites(suites);
        for (String protocol : protocols) {
            for (String suite : suites) {
                if (!protocol.equals("SSLv2Hello") && shakes(protocol, suite)) {
                    System.out.println("accepts " + protocol + " " + suite);
                }
            }
        }
        System.out.println("port " + server.getLocalPort());
        Thread serving = new Thread(() -> serve(server));
        serving.setDaemon(true);
        serving.start();
        while (System.in.read() >= 0) {
        }
    }

    private static void serve(SSLServerSocket server) {
        while (true) {
            try (SSLSocket connection = (SSLSocket) server.accept()) {
                connection.setSoTimeout(20000);
                connection.startHandshake();
            } catch (IOException expected) {
                // The probe breaks each handshake off.
            }
        }
    }

    private static boolean shakes(String protocol, String suite) {
        try {
            SSLEngine client = engine(true, new String[] {protocol}, new String[] {suite});
            SSLEngine server = engine(false, protocols, suites);
            return shake(client, server) && client.getSession().getCipherSuite().equals(suite)
                && client.getSession().getProtocol().equals(protocol);
        } catch (SSLException | RuntimeException e) { // the latter for want of a curve that is named
            return false;
        }
    }

    private static SSLEngine engine(boolean client, String[] protocols, String[] suites) throws SSLException {
        SSLEngine e = context.createSSLEngine("lab.test", 443);
        e.setUseClientMode(client);
        e.setEnabledProtocols(protocols);
        e.setEnabledCipherSuites(suites);
        e.beginHandshake();
        return e;
    }

    private static boolean shake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(1 << 17);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 17);
        for (int i = 0; i < 200; i++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
            if (done(client) && done(server)) {
                return true;
            }
        }
        return false;
    }

    private static boolean done(SSLEngine e) {
        return e.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
            && !e.getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL");
    }

    private static void step(SSLEngine e, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (e.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (Runnable r = e.getDelegatedTask(); r != null; r = e.getDelegatedTask()) {
                    r.run();
                }
            }
            case NEED_WRAP -> e.wrap(ByteBuffer.allocate(0), out);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                in.flip();
                e.unwrap(in, ByteBuffer.allocate(1 << 17));
                in.compact();
            }
            default -> {
            }
        }
    }

    private static class TrustAll extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] c, String a) {}
        public void checkServerTrusted(X509Certificate[] c, String a) {}
        public void checkClientTrusted(X509Certificate[] c, String a, Socket s) {}
        public void checkServerTrusted(X509Certificate[] c, String a, Socket s) {}
        public void checkClientTrusted(X509Certificate[] c, String a, SSLEngine e) {}
        public void checkServerTrusted(X509Certificate[] c, String a, SSLEngine e) {}
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }
}
